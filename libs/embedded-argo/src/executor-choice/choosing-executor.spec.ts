import { describe, expect, it } from 'vitest';
import type { AttemptSpec } from '../executor.js';
import { componentArgs, componentCommand } from '../process-executor/testing/component-command.js';
import { FakeExecutor, FakeMachine } from '../testing/fake-executor.js';
import { chooseExecutor, type ExecutorMode } from './choose-executor.js';
import { ChoosingExecutor } from './choosing-executor.js';

const python = (image: string) => ({ image, command: componentCommand('def f(): pass'), args: componentArgs('f', '/out') });
const program = { image: 'busybox', command: ['echo'], args: ['hi'] };
const inImage = { image: 'mine', command: ['python3', '-m', 'kfp.dsl.executor_main'], args: ['--function_to_execute', 'f'] };
const withSidecar = { ...python('python:3.11'), companions: [{ name: 's', role: 'sidecar', image: 'redis', command: [], args: [], env: {}, mounts: [] }] } as const;

describe('chooseExecutor', () => {
  it.each([
    ['a Python component', python('python:3.11'), 'process', 'process', 'process', 'container'],
    ['one whose image has a registry', python('docker.io/library/python:3.12-slim'), 'process', 'process', 'process', 'container'],
    ['one with an image of its own', python('pytorch/pytorch:2'), 'container', 'process', 'process', 'container'],
    ['a container component', program, 'container', 'neither', 'process', 'container'],
    ['code in an image', inImage, 'container', 'neither', 'process', 'container'],
    ['a task with a sidecar', withSidecar, 'container', 'neither', 'process', 'container'],
  ] as const)('%s', (_, spec, autoWith, autoWithout, process, container) => {
    const choose = (mode: ExecutorMode, hasEngine: boolean) => chooseExecutor(spec, { mode, hasEngine });
    expect([choose('auto', true), choose('auto', false), choose('process', true), choose('container', true)]).toEqual([autoWith, autoWithout, process, container]);
    expect(choose('container', false)).toBe('neither');
  });
});

describe('ChoosingExecutor', () => {
  const fake = (refusal?: string) => {
    const machine = new FakeMachine();
    const executor = new FakeExecutor({ onRunning: () => undefined, onExit: () => undefined }, { machine, outcome: () => ({ hold: true }), refusal: () => refusal });
    return Object.assign(executor, { live: () => executor.running() });
  };
  const open = (mode: ExecutorMode, { engine = true, refusal }: { engine?: boolean; refusal?: string } = {}) => {
    const warnings: string[] = [];
    const looked = { again: 0 };
    const processes = fake(refusal);
    const containers = fake();
    const choosing = new ChoosingExecutor({ mode, processes, log: { warn: (text) => void warnings.push(text) }, containers: { executor: engine ? containers : undefined, missing: 'docker is not installed', lookAgain: () => void (looked.again += 1) } });
    return { choosing, processes, containers, warnings, looked };
  };
  const attempt = (spec: Pick<AttemptSpec, 'image' | 'command' | 'args'>, id = 'w/n'): AttemptSpec => ({ ...spec, id, env: {}, mounts: [] });

  it('names the choices where there is no engine, and whether a process would do', () => {
    const there = open('auto', { engine: false });
    expect(there.choosing.refusal(program)).toBe('The image "busybox" cannot be run, because docker is not installed; install docker or podman, or start Millrace with --executor process: its program "echo" exists on this machine.');
    expect(there.looked.again).toBe(1);
    const not = open('auto', { engine: false, refusal: 'The program "echo" does not exist on this machine.' });
    expect(not.choosing.refusal(program)).toMatch(/--executor process: that alone would not help here, .*"echo" does not exist/);
  });

  it('gives each attempt to its executor, and what is said of it later to whoever has it', () => {
    const { choosing, processes, containers } = open('auto');
    choosing.start(attempt(program, 'w/container'));
    choosing.start(attempt(python('python:3.11'), 'w/process'));
    expect([containers.running(), processes.running()]).toEqual([['w/container'], ['w/process']]);
    choosing.kill('w/container');
    expect([containers.killed, processes.killed]).toEqual([['w/container'], []]);
    expect(choosing.lookup('w/process')).toMatchObject({ state: 'running' });
  });

  it('leaves an attempt with whoever runs it, though it would be chosen otherwise by now', () => {
    const { choosing, processes, containers } = open('auto');
    processes.start(attempt(program));
    choosing.start(attempt(program));
    expect([containers.running(), processes.running()]).toEqual([[], ['w/n']]);
  });

  it('says once for each image that Python components do without it', () => {
    const { choosing, warnings } = open('auto', { engine: false });
    for (const id of ['w/1', 'w/2']) choosing.start(attempt(python('pytorch/pytorch:2'), id));
    choosing.start(attempt(python('python:3.11'), 'w/3'));
    expect(warnings).toEqual(['Python components of the image "pytorch/pytorch:2" run as processes, with this machine\'s Python and the packages they ask for, because docker is not installed.']);
  });
});

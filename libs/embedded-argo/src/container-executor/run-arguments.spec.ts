import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../executor.js';
import type { ContainerEngine } from './find-container-engine.js';
import { runArguments, type ContainerRequest } from './run-arguments.js';

const docker: ContainerEngine = { kind: 'docker', program: 'docker', version: '28', rootless: false, limits: { cpus: true, memory: true }, cores: 4 };
const podman: ContainerEngine = { ...docker, kind: 'podman', program: 'podman' };
const container: ContainerSpec = { image: 'i', command: [], args: [], env: {}, mounts: [] };
const request = (more: Partial<Omit<ContainerRequest, 'container'>> & { container?: Partial<ContainerSpec> } = {}): ContainerRequest => ({ name: 'n', image: 'i', mounts: [], env: {}, labels: {}, init: false, ...more, container: { ...container, ...more.container } });
const values = (args: readonly string[], option: string): string[] => args.flatMap((arg, index) => (arg === option ? [args[index + 1]!] : []));
const after = (args: readonly string[], image: string): string[] => args.slice(args.lastIndexOf(image) + 1);

describe('runArguments', () => {
  it('replaces the entrypoint by the command, and keeps it where there is none', () => {
    const whole = runArguments(docker, request({ container: { command: ['sh', '-c'], args: ['echo $A'] } })).args;
    expect(values(whole, '--entrypoint')).toEqual(['sh']);
    expect(after(whole, 'i')).toEqual(['-c', 'echo $A']);
    const own = runArguments(docker, request({ container: { args: ['--help'] } })).args;
    expect(values(own, '--entrypoint')).toEqual([]);
    expect(after(own, 'i')).toEqual(['--help']);
    expect(values(runArguments(podman, request({ container: { command: ['[odd'] } })).args, '--entrypoint')).toEqual(['["[odd"]']);
  });

  it('keeps values of variables out of the arguments, but for those that would change the command itself', () => {
    const { args, variables } = runArguments(docker, request({ env: { PASSWORD: 'se\ncret', PATH: '/bin', DOCKER_HOST: 'tcp://other' } }));
    expect(values(args, '--env').sort()).toEqual(['DOCKER_HOST=tcp://other', 'PASSWORD', 'PATH=/bin']);
    expect(variables).toEqual({ PASSWORD: 'se\ncret' });
    expect(args.join(' ')).not.toContain('cret');
  });

  it('writes mounts so that commas and quotes in paths stay in them', () => {
    const mounts = [{ source: '/a,b', target: '/x"y', readOnly: true }, { source: '/c', target: '/d' }];
    expect(values(runArguments(docker, request({ mounts })).args, '--mount')).toEqual(['type=bind,"source=/a,b","target=/x""y",readonly', 'type=bind,source=/c,target=/d']);
  });

  it('sets the limits that the engine can set, no higher than the machine and no lower than the engine takes', () => {
    const limits = { cpus: 64, memoryBytes: 1_000 };
    const { args } = runArguments(docker, request({ container: { limits } }));
    expect([values(args, '--cpus'), values(args, '--memory')]).toEqual([['4'], ['6291456b']]);
    const none = runArguments({ ...docker, limits: { cpus: false, memory: false } }, request({ container: { limits } })).args;
    expect(none.filter((arg) => /^--(cpus|memory)$/.test(arg))).toEqual([]);
  });

  it('hands devices on as each engine names them', () => {
    expect(values(runArguments(docker, request({ gpus: ['0', '2'] })).args, '--gpus')).toEqual(['"device=0,2"']);
    expect(values(runArguments(podman, request({ gpus: ['0', '2'] })).args, '--device')).toEqual(['nvidia.com/gpu=0', 'nvidia.com/gpu=2']);
  });
});

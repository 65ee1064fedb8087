import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AttemptExit } from '../executor.js';
import { componentArgs, componentCommand, INSTALL_SDK } from './testing/component-command.js';
import { type Bench, openBench } from './testing/executor-bench.js';
import { isAlive } from './testing/is-alive.js';
import { preparePython } from './testing/python-environment.js';

const found = await preparePython();

describe.skipIf('skip' in found)('the process executor', () => {
  let bench: Bench;
  let outputs: string;
  let count = 0;
  beforeAll(async () => {
    outputs = mkdtempSync(join(tmpdir(), 'millrace-outputs-'));
    bench = await openBench({ ...('python' in found && { python: found.python }), visible: [outputs] });
  });
  afterAll(async () => {
    await bench.close();
    rmSync(outputs, { recursive: true, force: true });
  });

  const runComponent = async (source: string, env: Record<string, string> = {}): Promise<{ exit: AttemptExit; log: string; result: unknown }> => {
    const id = `components/${(count += 1)}`;
    const folder = join(outputs, String(count));
    const command = componentCommand(source, INSTALL_SDK);
    const mount = { source: folder, target: folder, create: true };
    const exit = await bench.start({ id, command, args: componentArgs('task', folder, {}, { Output: '/tmp/kfp/outputs/Output' }), env, mounts: [mount] });
    const written = join(folder, 'output_metadata.json');
    const result = existsSync(written) ? (JSON.parse(readFileSync(written, 'utf8')) as { parameterValues?: { Output?: unknown } }).parameterValues?.Output : undefined;
    return { exit, log: bench.log(id), result };
  };

  describe('runs a lightweight component', () => {
    it('with the preamble of the SDK, and without a shell or another interpreter', async () => {
      const { exit, log, result } = await runComponent('def task() -> str:\n    import os\n    print("hello")\n    return open(f"/proc/{os.getppid()}/cmdline").read()');
      expect(exit).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(log).toContain('hello');
      expect(result).toContain('supervisor.py');
    });

    it('with what the interpreter has when it runs a module', async () => {
      const { result } = await runComponent(`def task() -> dict:
    import sys, os, signal, threading
    main = sys.modules['__main__']
    return dict(argv=sys.argv[0].split('/')[-2:], option=sys.argv[1], main=main.__spec__.name, name=main.__name__, here=sys.path[1] == os.getcwd(),
      ours=[m for m in sys.modules if 'millrace' in m], runtime=os.environ['_KFP_RUNTIME'], flags=sys.flags.isolated, bytecode=sys.dont_write_bytecode,
      term=signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, child=signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL, threads=threading.active_count(),
      group=os.getpgid(0) == os.getpid(), session=os.getsid(0) == os.getpid(), module=__name__, file=os.path.basename(__file__))`);
      expect(result).toEqual({
        argv: ['dsl', 'executor_main.py'], option: '--component_module_path', main: 'kfp.dsl.executor_main', name: '__main__', here: true, ours: [], runtime: 'true', flags: 0,
        bytecode: false, term: true, child: true, threads: 1, group: true, session: true, module: 'ephemeral_component', file: 'ephemeral_component.py',
      });
    });

    it('in an environment that is built, not inherited', async () => {
      const { result } = await runComponent('def task() -> dict:\n    import os\n    return dict(os.environ)', { COLOUR: 'green' });
      const names = Object.keys(result as object).sort();
      expect(names).toEqual(['COLOUR', 'HOME', 'LANG', 'MILLRACE_ATTEMPT', 'PATH', 'PIP_DISABLE_PIP_VERSION_CHECK', 'PIP_TARGET', 'PYTHONPATH', 'PYTHONUNBUFFERED', 'TMPDIR', '_KFP_RUNTIME']);
    });

    it('with no file of the supervisor open', async () => {
      const { result } = await runComponent('def task() -> list:\n    import os\n    return sorted(int(n) for n in os.listdir("/proc/self/fd"))');
      // The fourth is the listing itself.
      expect(result).toEqual([0, 1, 2, 3]);
    });

    it('with its own randomness', async () => {
      const source = 'def task() -> float:\n    import random\n    return random.random()';
      const [one, two] = await Promise.all([runComponent(source), runComponent(source)]);
      expect(one.result).not.toBe(two.result);
    });

    it('that uses processes and threads of its own', async () => {
      const { exit, result } = await runComponent(`def square(x):
    return x * x

def task() -> list:
    import multiprocessing, subprocess, sys, concurrent.futures as futures
    with futures.ThreadPoolExecutor(2) as threads:
        a = list(threads.map(square, [1, 2]))
    with multiprocessing.get_context('fork').Pool(2) as pool:
        b = pool.map(square, [3, 4])
    c = subprocess.run([sys.executable, '-c', 'print(25)'], capture_output=True, text=True).stdout
    return a + b + [int(c)]`);
      expect({ exit: exit.exitCode, result }).toEqual({ exit: 0, result: [1, 4, 9, 16, 25] });
    });

    it('and ends it as an interpreter ends: buffers written, exit handlers run', async () => {
      const left = join(outputs, 'left-open.txt');
      const { exit, log } = await runComponent(`import atexit
kept = open('${left}', 'w')

def task() -> int:
    kept.write('not closed')
    atexit.register(print, 'the end')
    import threading, time
    threading.Thread(target=lambda: (time.sleep(0.2), print('late thread'))).start()
    return 1`);
      expect(exit.exitCode).toBe(0);
      expect(readFileSync(left, 'utf8')).toBe('not closed');
      expect(log).toMatch(/late thread\n[^]*the end\n$/);
    });

    it('and shows a traceback that is the user\'s alone, and its last line as the message', async () => {
      const { exit, log } = await runComponent('def task() -> int:\n    raise ValueError("no such luck")');
      expect(exit).toMatchObject({ reason: 'exited', exitCode: 1, message: 'Exit code 1: ValueError: no such luck' });
      expect(log).toMatch(/Traceback \(most recent call last\):\n  File "[^"]*runpy/);
      expect(log).not.toContain('millrace_supervisor');
      expect(log).not.toContain('supervisor.py');
    });

    it.each([
      ['sys.exit(7)', 7],
      ['sys.exit("a reason")', 1],
      ['os._exit(137)', 137],
      ['os.kill(os.getpid(), 9)', 137],
      ['os.kill(os.getpid(), 15)', 143],
    ])('and tells the exit code of %s', async (statement, exitCode) => {
      const { exit } = await runComponent(`def task() -> int:\n    import os, sys\n    ${statement}\n    return 1`);
      expect(exit).toMatchObject({ reason: 'exited', exitCode });
    });

    it('in an interpreter of its own when the task sets what one reads at its start', async () => {
      const { exit, result } = await runComponent('def task() -> str:\n    import os\n    return open(f"/proc/{os.getppid()}/cmdline").read()[:3]', { PYTHONHASHSEED: '3' });
      expect({ exit: exit.exitCode, result }).toEqual({ exit: 0, result: 'sh\0' });
    });

    it('that is larger than an argument of a program may be', async () => {
      const source = `# ${'x'.repeat(300_000)}\ndef task() -> int:\n    return 3`;
      expect(await runComponent(source)).toMatchObject({ exit: { exitCode: 0 }, result: 3 });
      expect((await runComponent(source, { PYTHONHASHSEED: '1' })).exit).toMatchObject({ exitCode: 126, message: expect.stringContaining('128 KiB') as string });
    });

    it('whose own pip install does not change the shared environment', async () => {
      const { result } = await runComponent(`def task() -> bool:
    import os, sys
    probe = os.path.join(sys.prefix, 'written-by-a-task')
    try:
        open(probe, 'w').close()
        os.unlink(probe)
        return True
    except OSError:
        return os.environ['PIP_TARGET'] in sys.path`);
      expect(result).toBe(true);
    });
  });

  describe('runs a plain command', () => {
    it('as given, and finds it in PATH', async () => {
      const exit = await bench.start({ id: 'plain/echo', command: ['echo', 'a  b', '$HOME'], args: ['*'] });
      expect(exit).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(bench.log('plain/echo')).toBe('a  b $HOME *\n');
    });

    it('with the default environment as its Python', async () => {
      const exit = await bench.start({ id: 'plain/python', command: ['python3', '-c', 'import kfp.dsl.executor_main, sys; print(sys.prefix)'], env: { _KFP_RUNTIME: 'true' } });
      expect(exit.exitCode).toBe(0);
      expect(bench.log('plain/python')).toContain('py3');
    });

    it('and says what is missing when a program turns out not to exist', async () => {
      const exit = await bench.start({ id: 'plain/missing', command: ['sh', '-c', 'exec no-such-program'] });
      expect(exit).toMatchObject({ reason: 'exited', exitCode: 127 });
      expect(exit.message).toMatch(/no-such-program.*not found/);
    });

    it.each([
      [['my_program', 'x'], /"my_program" does not exist on this machine.*image "some\/image" is not used/],
      [['/opt/app/run'], /"\/opt\/app\/run" does not exist/],
      [['./run.sh'], /"\.\/run\.sh" does not exist/],
      [['python3', '-m', 'kfp.dsl.executor_main', '--function_to_execute', 'f'], /code of this component is inside the image "some\/image"/],
      [[], /entrypoint of the image "some\/image"/],
    ])('but refuses %j', async (command, message) => {
      expect(bench.executor.refusal({ image: 'some/image', command, args: [] })).toMatch(message);
      expect(await bench.start({ id: `refused/${(count += 1)}`, image: 'some/image', command })).toMatchObject({ reason: 'refused', message: expect.stringMatching(message) as string });
    });

    it.each([[['sh', '-c', 'x']], [['python', '-c', 'x']], [['{{inputs.parameters.program}}']], [componentCommand('def f(): pass', INSTALL_SDK)]])('and does not refuse %j', (command) => {
      expect(bench.executor.refusal({ image: 'some/image', command, args: [] })).toBeUndefined();
    });
  });

  describe('writes logs', () => {
    it('of 100 MB with little memory', { timeout: 60_000 }, async () => {
      const id = 'logs/large';
      const before = supervisorMemory(bench.folder);
      const exit = await bench.start({ id, command: ['sh', '-c', 'head -c 100000000 /dev/zero | tr "\\0" "x"; echo; echo end'] });
      expect(exit.exitCode).toBe(0);
      const tail = await bench.executor.logs.read({ namespace: '', workflow: 'logs', nodeId: 'large' }, { from: 'tail', limitBytes: 100 });
      expect(tail).toMatchObject({ sizeBytes: 100_000_005, complete: true });
      expect(tail.lines.at(-1)).toMatchObject({ number: 2, text: 'end' });
      expect(supervisorMemory(bench.folder) - before).toBeLessThan(20_000);
    });

    it('of bytes that are not UTF-8', async () => {
      await bench.start({ id: 'logs/bytes', command: ['printf', 'caf\\351\\nok\\n'] });
      const page = await bench.executor.logs.read({ namespace: '', workflow: 'logs', nodeId: 'bytes' });
      expect(page.lines.map((line) => line.text)).toEqual(['caf\uFFFD', 'ok']);
    });
  });

  describe('ends', () => {
    it('an attempt and everything it started, on request', async () => {
      const id = 'end/family';
      const over = bench.start({ id, command: ['sh', '-c', 'trap "" TERM; setsid sh -c \'trap "" TERM; echo $$; sleep 300\' & sleep 301 & echo $!; wait'] });
      await bench.runningOf(id);
      const pids = await until(() => { const lines = bench.log(id).trim().split('\n'); return lines.length === 2 ? lines.map(Number) : undefined; });
      bench.executor.kill(id, { graceMs: 200 });
      expect(await over).toMatchObject({ reason: 'killed', exitCode: 137 });
      expect(pids.filter(isAlive)).toEqual([]);
    });

    it('an attempt after its time limit', async () => {
      const exit = await bench.start({ id: 'end/deadline', command: ['sleep', '60'], deadlineMs: 300 });
      expect(exit).toMatchObject({ reason: 'deadline', exitCode: 143, message: 'Stopped after 0.3 s, its time limit.' });
      expect(exit.finishedAt - exit.startedAt!).toBeLessThan(2_000);
    });

    it('what still holds the output open after the main process ended', async () => {
      const id = 'end/daemon';
      const exit = await bench.start({ id, command: ['sh', '-c', 'sleep 300 & echo $!'] });
      expect(exit).toMatchObject({ reason: 'exited', exitCode: 0 });
      expect(isAlive(Number(bench.log(id)))).toBe(false);
    });

    it('a daemon that left group, session and output', async () => {
      const id = 'end/detached';
      const exit = await bench.start({ id, command: ['sh', '-c', 'setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $!; sleep 0.1'] });
      expect(exit.exitCode).toBe(0);
      expect(isAlive(Number(bench.log(id)))).toBe(false);
    });

    it('an attempt that has not begun', async () => {
      const over = bench.start({ id: 'end/early', command: ['sleep', '60'] });
      bench.executor.kill('end/early');
      expect(await over).toMatchObject({ reason: 'killed' });
    });
  });

  it('never repeats an attempt whose exit is recorded', async () => {
    const spec = { id: 'once/one', command: ['sh', '-c', 'echo ran'] };
    const first = await bench.start(spec);
    expect(bench.executor.lookup('once/one')).toEqual({ state: 'exited', exit: first });
    expect(await bench.start(spec)).toEqual(first);
    await sleep(50);
    expect(bench.log('once/one')).toBe('ran\n');
  });

  it('reports running once, however often it is asked to start', async () => {
    const spec = { id: 'once/two', command: ['sleep', '0.3'] };
    const over = bench.start(spec);
    await bench.runningOf('once/two');
    void bench.start(spec);
    await over;
    expect(bench.running.filter((id) => id === 'once/two')).toHaveLength(1);
  });

  it('removes what an attempt left, and lets nothing of it lie about before', async () => {
    await bench.start({ id: 'gone/one', command: ['sh', '-c', 'touch /tmp/litter; echo x'] });
    const folder = join(bench.folder, 'attempts', 'gone', 'one');
    expect(readdirSync(folder).sort()).toEqual(['exit.json', 'log', 'log.index']);
    const isLittered = () => {
      try {
        return readdirSync(join(bench.folder, 'supervisors'), { recursive: true }).some((name) => name.toString().endsWith('litter'));
      } catch {
        // Just being removed.
        return true;
      }
    };
    await until(() => (isLittered() ? undefined : true));
    await bench.executor.forget('gone/one');
    expect(existsSync(join(bench.folder, 'attempts', 'gone'))).toBe(false);
    expect(bench.executor.lookup('gone/one')).toBeUndefined();
  });

  describe('lends folders to one attempt after the other', () => {
    /** The working directory, and how many entries the private folders have. */
    const look = ['sh', '-c', 'pwd; ls -A /tmp . $HOME | grep -vc "^$\\|:$"'];
    const scratchOf = (id: string): string => bench.log(id).split('\n')[0]!;

    it('when nothing was left in them, so that an attempt makes two files at most', async () => {
      for (const id of ['lent/one', 'lent/two', 'lent/three']) {
        await bench.start({ id, command: look });
        await sleep(30);
      }
      expect(scratchOf('lent/two')).toBe(scratchOf('lent/one'));
      expect(scratchOf('lent/three')).toBe(scratchOf('lent/one'));
      await bench.start({ id: 'lent/silent', command: ['true'] });
      expect(readdirSync(join(bench.folder, 'attempts', 'lent', 'silent'))).toEqual(['exit.json']);
    });

    it.each([['a file in the working directory', 'touch left'], ['one in /tmp', 'touch "$TMPDIR/left"'], ['one in the home', 'touch ~/.left'], ['another mode', 'chmod 755 .'], ['installed packages', 'mkdir "$PIP_TARGET"']])('but not with %s', async (name, litter) => {
      const id = `litter/${name.replaceAll(/[^a-z]/g, '-')}`;
      await bench.start({ id, command: ['sh', '-c', `pwd; ${litter}`] });
      await sleep(30);
      await bench.start({ id: `${id}-next`, command: look });
      expect(scratchOf(`${id}-next`)).not.toBe(scratchOf(id));
    });

    it('with the file of its component, for another attempt at the same one', async () => {
      const source = 'def task():\n    import os, sys\n    m = sys.modules["ephemeral_component"].__file__\n    print("at", m, os.stat(m).st_mtime_ns)';
      const changing = `${source}\n    open(m, "a").write("# changed")`;
      const run = async (id: string, text: string): Promise<string> => {
        expect(await bench.start({ id, command: componentCommand(text, INSTALL_SDK), args: componentArgs('task', join(bench.folder, 'out'), {}) })).toMatchObject({ exitCode: 0 });
        await sleep(30);
        return /at .*/.exec(bench.log(id))![0];
      };
      const first = await run('program/one', source);
      expect(await run('program/two', source)).toBe(first);
      const changed = await run('program/three', changing);
      expect(changed).not.toBe(first);
      expect(await run('program/four', changing)).not.toBe(changed);
    });
  });

  it('refuses an id that leads out of its folder', () => {
    expect(() => bench.executor.lookup('../../etc/passwd')).toThrow(/cannot name an attempt/);
  });

  it('lends a GPU to one attempt at a time, and shows none to others', async () => {
    const own = await openBench({ ...('python' in found && { python: found.python }), gpuDevices: ['3'] });
    const look = (id: string, gpus: number) => own.start({ id: `gpu/${id}`, command: ['sh', '-c', 'echo "<$CUDA_VISIBLE_DEVICES>"; sleep 0.2'], devices: gpus === 0 ? {} : { 'nvidia.com/gpu': gpus } });
    const [first, second] = await Promise.all([look('first', 1), look('second', 1), look('none', 0)]);
    expect(['first', 'second', 'none'].map((id) => own.log(`gpu/${id}`))).toEqual(['<3>\n', '<3>\n', '<>\n']);
    expect(Math.abs(first!.startedAt! - second!.startedAt!)).toBeGreaterThanOrEqual(200);
    await own.close();
  });

  it('starts nothing that asks for more GPUs than there are', async () => {
    expect(await bench.start({ id: 'gpu/one', command: ['true'], devices: { 'nvidia.com/gpu': 1 } })).toMatchObject({ reason: 'refused', message: expect.stringMatching(/asks for 1 × nvidia.com\/gpu, and this machine has none;.* --accelerators optional/) as string });
  });

  it('runs what asks for more devices with those that are there when accelerators are optional, and says so first in its log', async () => {
    const own = await openBench({ ...('python' in found && { python: found.python }), gpuDevices: ['3'], accelerators: 'optional' });
    const command = ['sh', '-c', 'echo "<$CUDA_VISIBLE_DEVICES>"; exit 3'];
    const ends = await Promise.all([own.start({ id: 'gpu/fewer', command, devices: { 'nvidia.com/gpu': 4 } }), own.start({ id: 'gpu/other', command, devices: { 'google.com/tpu': 1 } })]);
    // What it goes without is not why it failed.
    expect(ends.map(({ message }) => message)).toEqual(['Exit code 3; its log may tell why.', 'Exit code 3; its log may tell why.']);
    expect(own.log('gpu/fewer')).toMatch(/^The task asks for 4 × nvidia.com\/gpu, and this machine has only 1; it runs with 1, .*\n<3>\n$/);
    expect(own.log('gpu/other')).toMatch(/^The task asks for 1 × google.com\/tpu, and this machine has none; it runs without, .*\n<>\n$/);
    expect(await own.executor.standardOutput('gpu/fewer', 100)).toBe('<3>\n');
    await own.close();
  });
});

function supervisorMemory(folder: string): number {
  const parent = join(folder, 'supervisors');
  return Math.max(...readdirSync(parent).map((name) => {
    const { pid } = JSON.parse(readFileSync(join(parent, name, 'supervisor.json'), 'utf8')) as { pid: number };
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  }));
}

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    await sleep(20);
  }
}

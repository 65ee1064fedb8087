import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultPythonFolder } from './python-folder.js';
import { type Bench, openBench } from './testing/executor-bench.js';
import { preparePython } from './testing/python-environment.js';

const found = await preparePython();
const python = 'python' in found ? found.python : undefined;

describe.skipIf(python === undefined)('the supervisor', () => {
  /** What a program prints that may import its modules. */
  const print = (program: string): string => {
    const { stdout, stderr } = spawnSync(python!.path, ['-c', program], { cwd: defaultPythonFolder(), encoding: 'utf8' });
    return stdout || stderr;
  };

  it('takes no event of an attempt that is over for one of the attempt that got the number of its pipe', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-loop-'));
    const printed = print(`
import os, socket
from millrace_supervisor.loop import Loop
loop = Loop({"folder": ${JSON.stringify(folder)}, "idleMs": 1000, "graceMs": 1000}, socket.socket(), None)
told = []
old, other = os.pipe()[0], os.pipe()[0]
def end_one_and_begin_another():
    loop.unwatch(old)
    os.close(old)
    new = os.pipe()[0]
    assert new == old
    loop.watch(new, lambda: told.append("new"))
loop.watch(old, lambda: told.append("old"))
loop.watch(other, end_one_and_begin_another)
events = [(loop.selector.get_key(other), 1), (loop.selector.get_key(old), 1)]
loop.dispatch(events)
print(told)`);
    rmSync(folder, { recursive: true });
    expect(printed).toBe('[]\n');
  });

  it('kills no spare process that it has waited for: its number may be another process by now', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-loop-'));
    const printed = print(`
import os, signal, socket
from millrace_supervisor.loop import Loop
from millrace_supervisor.spare import Spare
loop = Loop({"folder": ${JSON.stringify(folder)}, "idleMs": 1000, "graceMs": 1000}, socket.socket(), None)
killed = []
os.kill = lambda pid, number: killed.append((pid, number))
def fork():
    pid = os.fork()
    if pid == 0:
        signal.pause()
    return Spare(pid, socket.socketpair()[0], 0)
ended, kept = fork(), fork()
loop.spare = ended
os.system("kill -9 %d" % ended.pid)
while loop.spare is not None:
    loop.selector.select(5)
    loop.on_child()
loop.drop_spare(ended)
print(killed, ended.connection.fileno())
loop.spare = kept
loop.drop_spare(kept)
print(killed == [(kept.pid, signal.SIGKILL)])
os.system("kill -9 %d" % kept.pid)`);
    rmSync(folder, { recursive: true });
    expect(printed).toBe('[] -1\nTrue\n');
  });

  it("never covers the machine's own folders", () => {
    expect(print('from millrace_supervisor import private_root\ntry:\n    private_root.enter("/nowhere", "/nowhere", [], [])\nexcept OSError as error:\n    print(error)')).toBe("this process still has the machine's mounts\n");
  });
});

describe.skipIf(python === undefined || process.platform !== 'linux')('a spare process', () => {
  let bench: Bench;
  const open = async () => (bench = await openBench({ python: python! }));
  afterEach(() => bench.close());

  /** Pids of the process of an attempt, and of its supervisor. */
  const pidsOf = async (id: string): Promise<{ readonly pid: number; readonly supervisor: number }> => {
    await bench.start({ id, command: ['sh', '-c', 'echo $$ $PPID'] });
    const [pid, supervisor] = bench.log(id).trim().split(' ').map(Number);
    return { pid: pid!, supervisor: supervisor! };
  };
  const childrenOf = (pid: number): number[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

  const spareOf = (supervisor: number): Promise<number> =>
    vi.waitFor(() => {
      const children = childrenOf(supervisor);
      expect(children).toHaveLength(1);
      return children[0]!;
    });

  const lives = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

  it('is there before the second attempt asks for one, and becomes its process', async () => {
    await open();
    const { supervisor } = await pidsOf('spare/first');
    const spare = await spareOf(supervisor);
    expect((await pidsOf('spare/second')).pid).toBe(spare);
  });

  it('that somebody killed holds nothing up', async () => {
    await open();
    const { supervisor } = await pidsOf('killed/first');
    const spare = await spareOf(supervisor);
    process.kill(spare, 'SIGKILL');
    const second = await pidsOf('killed/second');
    expect(second.supervisor).toBe(supervisor);
    expect(second.pid).not.toBe(spare);
  });

  it('that was killed when it had its job, and had not begun, is replaced by another', async () => {
    await open();
    const { supervisor } = await pidsOf('stopped/first');
    const spare = await spareOf(supervisor);
    process.kill(spare, 'SIGSTOP');
    const second = pidsOf('stopped/second');
    await bench.runningOf('stopped/second');
    process.kill(spare, 'SIGKILL');
    expect((await second).pid).not.toBe(spare);
  });

  it('goes with its supervisor, and is no attempt that the next one would find', async () => {
    await open();
    const { supervisor } = await pidsOf('gone/first');
    const spare = await spareOf(supervisor);
    process.kill(supervisor, 'SIGKILL');
    await vi.waitFor(() => expect(lives(spare)).toBe(false));
    expect((await pidsOf('gone/second')).supervisor).not.toBe(supervisor);
  });
});

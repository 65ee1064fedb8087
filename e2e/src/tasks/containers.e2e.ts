import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareEngine, TEST_IMAGE, type TestEngine } from '@millrace/embedded-argo/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { runProgram } from '../harness/python.js';
import { createRun } from '../harness/requests.js';
import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const found = await prepareEngine();

describe.skipIf('skip' in found)('container components, with docker or podman', () => {
  const { engine, hostEnvironment } = found as TestEngine;
  const start = (dataFolder: string) =>
    Millrace.start({ dataFolder, sample: false, executor: 'auto', args: ['--container-engine', engine.program], env: { CONTAINERS_CONF: hostEnvironment['CONTAINERS_CONF'] ?? '' } });
  let folder: string;
  let millrace: Millrace;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
    millrace = await start(folder);
  });
  afterEach(async () => {
    await millrace.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run in their image, hand outputs on and write their log', async () => {
    expect(millrace.printed).toContain(`Images    are run by ${engine.kind}`);
    const runs = new Runs(millrace);
    // The image has few programs, and this machine's are not among them.
    const finished = await runs.run(shellPipeline({ make: { image: TEST_IMAGE, line: 'ls /bin; printf 7 > "$1"', outputs: { size: 'NUMBER_INTEGER' } } }));
    expect({ state: finished.run.state, error: finished.run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    expect(finished.tasks['make']!.output_parameters).toEqual({ size: 7 });
    expect((await runs.log(finished.tasks['make']!)).split('\n')).toContain('readlink');
    const failed = await runs.run(shellPipeline({ broken: { image: TEST_IMAGE, line: 'echo no luck >&2; exit 3' } }));
    expect(failed.run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^broken: .*Exit code 3: no luck/) });
  });

  it('go on when the server is killed, and end with a terminated run', async () => {
    const id = await new Runs(millrace).start(shellPipeline({ wait: { image: TEST_IMAGE, line: 'echo begun; i=0; while [ $i -lt 30 ]; do sleep 0.1; i=$((i+1)); done; echo over' } }));
    await until(async () => (await containersOf(id)).length === 1 && Object.values((await new Runs(millrace).look(id)).tasks)[0]?.state === 'RUNNING');
    await millrace.stop('SIGKILL');
    expect(await containersOf(id)).toHaveLength(1);
    millrace = await start(folder);
    const runs = new Runs(millrace);
    const finished = await runs.finished(id);
    expect(finished.run.state).toBe('SUCCEEDED');
    expect(finished.tasks['wait']!.attempts).toBe(1);
    expect(await runs.log(finished.tasks['wait']!)).toBe('begun\nover\n');
    const other = await runs.start(shellPipeline({ wait: { image: TEST_IMAGE, line: 'trap "exit 5" TERM; while true; do sleep 0.1; done' } }));
    await until(async () => (await containersOf(other)).length === 1);
    await runs.terminate(other);
    expect((await runs.finished(other)).run.state).toBe('CANCELED');
    await until(async () => (await containersOf(other)).length === 0);
  });

  async function containersOf(run: string): Promise<string[]> {
    const { stdout } = await runProgram(engine.program, ['ps', '--all', '--filter', `label=millrace.run=${run}`, '--format', '{{.Names}}']);
    return stdout.split('\n').filter((name) => name !== '');
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(100);
  }
});

describe('container components, without docker and podman', () => {
  it('are refused with the ways out, unless processes were asked for', async () => {
    const millrace = await Millrace.start({ sample: false, executor: 'auto', args: ['--container-engine', 'no-such-engine'] });
    try {
      const there = await createRun(millrace, { pipeline_spec: shellPipeline({ say: { line: 'echo hi' } }) });
      expect(there).toMatchObject({ status: 400, message: 'root/say: The image "busybox" cannot be run, because no-such-engine is not installed; install docker or podman, or start Millrace with --executor process: its program "sh" exists on this machine.' });
    } finally {
      await millrace.close();
    }
  });

  it('keep a server from starting that is to run everything in its image', async () => {
    await expect(Millrace.start({ executor: 'container', args: ['--container-engine', 'no-such-engine'] })).rejects.toThrow(/--executor container needs docker or podman, but no-such-engine is not installed/);
  });
});

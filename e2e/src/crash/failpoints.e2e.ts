import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellPipeline } from '../harness/shell-pipeline.js';
import { checkRun } from './check-run.js';
import { crashPipeline } from './crash-pipeline.js';
import { Wrecker } from './wrecker.js';

/** Where the server can be told to die; docs/durability.md says what is written around each. */
// The last one first: a start makes up for what the death before it cut off, and is not to come to a point by that.
const SUBMISSION = ['submit.created', 'create.stored', 'create.before', 'submit.stored', 'submit.before'];
const RUNNING = [
  'commit.before', 'commit.stored', 'effects.done',
  'attempt.folder-made', 'attempt.before-start', 'attempt.start-sent', 'attempt.running', 'attempt.exit',
  'follow.before', 'follow.recorded', 'follow.answered',
];
const END = ['follow.over'];
const SUPERVISOR = ['supervisor.forked', 'supervisor.exit-seen', 'supervisor.exit-recorded'];

const long = process.env['MILLRACE_SOAK'] !== undefined;
/** Which time a point is reached; early ones are reached before the first task ends, late ones in the middle of a run. */
const NTH = long ? [1, 2, 5, 11] : [3];

describe('kill -9 at a failpoint', () => {
  let folder: string;
  let wrecker: Wrecker;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-failpoint-'));
    wrecker = new Wrecker(folder, { parallel: 3 });
  });
  afterEach(async () => {
    await wrecker.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  });

  let runs = 0;
  const aRun = () => {
    runs += 1;
    const journal = join(folder, `journal-${runs}`);
    const name = `run ${runs}`;
    const pipeline = crashPipeline({ journal, name: `crash-${runs}`, chain: 3, fan: long ? 24 : 7, pauseSeconds: 0.03 });
    const submit = async (): Promise<string | undefined> => {
      try {
        return (await wrecker.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: name, pipeline_spec: pipeline.spec }) })).run_id;
      } catch (error) {
        // The server died before it answered.
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    };
    return { name, journal, pipeline, submit };
  };

  it('of a submission: the run is there as a whole, or not at all; an answered one is there', { timeout: 120_000 }, async () => {
    const submitted: ReturnType<typeof aRun>[] = [];
    for (const point of SUBMISSION) {
      await wrecker.startToDie(point);
      const run = aRun();
      expect(await run.submit()).toBeUndefined();
      expect(await wrecker.died(10_000), `it dies at ${point}`).toBe(true);
      submitted.push(run);
    }
    await wrecker.start();
    const { runs: found = [] } = await wrecker.server.json('/apis/v2beta1/runs?page_size=100');
    const named = (name: string) => found.find((candidate: any) => candidate.display_name === name);
    expect(submitted.map(({ name }) => named(name) !== undefined)).toEqual(SUBMISSION.map((point) => point !== 'submit.before'));
    for (const { name, pipeline, journal } of submitted.slice(0, -1)) {
      await wrecker.server.finished(named(name).run_id);
      await checkRun(wrecker.server, named(name).run_id, pipeline, journal);
    }
  });

  it('of a run: it goes on after the next start, and nothing is lost or done twice', { timeout: long ? 900_000 : 120_000 }, async () => {
    const never: string[] = [];
    for (const nth of NTH) {
      // Each start is to die at the next point, so that going on after one death is what the next one cuts off.
      let run: ReturnType<typeof aRun> | undefined;
      let id: string | undefined;
      for (const point of [...RUNNING, ...END]) {
        if (!(await wrecker.startToDie(`${point}:${END.includes(point) ? 1 : nth}`))) continue;
        if (id === undefined) {
          run = aRun();
          id = await run.submit();
          // Submitting writes too.
          id ??= (await onceMore(wrecker)).at(0);
        }
        const ended = await Promise.race([wrecker.died(30_000).then((died) => (died ? 'died' : 'hangs')), wrecker.server.finished(id!).then(() => 'finished', () => sleep(31_000, 'hangs'))]);
        expect(ended, `${point}:${nth}`).not.toBe('hangs');
        if (ended === 'finished' && (await wrecker.died(200)) === false) {
          never.push(`${point}:${nth}`);
          await checkRun(wrecker.server, id!, run!.pipeline, run!.journal);
          await wrecker.stop();
          id = undefined;
        }
      }
      if (id !== undefined) {
        await wrecker.start();
        await wrecker.server.finished(id);
        await checkRun(wrecker.server, id, run!.pipeline, run!.journal);
        await wrecker.stop();
      }
    }
    console.log(`${NTH.length * (RUNNING.length + END.length) - never.length} deaths of the server; not reached in a run that was nearly over: ${never.join(', ') || 'none'}`);
  });

  it('of a termination: the run is ended by the next start', { timeout: 60_000 }, async () => {
    await wrecker.start({ MILLRACE_FAILPOINT: 'terminate.recorded' });
    const spec = shellPipeline({ slow: { line: 'sleep 60' }, next: { line: 'true', after: ['slow'] } });
    const { run_id: id } = await wrecker.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'slow', pipeline_spec: spec }) });
    await expect.poll(async () => (await wrecker.server.json(`/apis/millrace/v1/runs/${id}`)).run.state, { timeout: 10_000 }).toBe('RUNNING');
    await expect(wrecker.server.json(`/apis/v2beta1/runs/${id}:terminate`, { method: 'POST' })).rejects.toThrow(TypeError);
    expect(await wrecker.died(5_000)).toBe(true);
    await wrecker.start();
    await expect.poll(async () => (await wrecker.server.json(`/apis/millrace/v1/runs/${id}`)).run.state, { timeout: 20_000 }).toBe('CANCELED');
  });

  it.each(['retry.recorded', 'reopen.before', 'reopen.stored', 'retry.patched'])('of a retry at %s: the next start goes on with it, and does nothing twice', { timeout: 60_000 }, async (point) => {
    await wrecker.start({ MILLRACE_FAILPOINT: point });
    const journal = join(folder, 'journal');
    const repaired = join(folder, 'repaired');
    const spec = shellPipeline({ first: { line: `echo first >> ${journal}` }, bad: { line: `echo bad >> ${journal}; test -e ${repaired}`, after: ['first'] }, last: { line: `echo last >> ${journal}`, after: ['bad'] } });
    const { run_id: id } = await wrecker.server.json('/apis/v2beta1/runs', { method: 'POST', body: JSON.stringify({ display_name: 'bad', pipeline_spec: spec }) });
    await wrecker.server.finished(id);
    writeFileSync(repaired, '');
    await expect(wrecker.server.json(`/apis/v2beta1/runs/${id}:retry`, { method: 'POST' })).rejects.toThrow(TypeError);
    expect(await wrecker.died(5_000)).toBe(true);
    await wrecker.start();
    await wrecker.server.finished(id);
    expect((await wrecker.server.json(`/apis/millrace/v1/runs/${id}`)).run).toMatchObject({ state: 'SUCCEEDED', task_counts: { SUCCEEDED: 3 } });
    expect(readFileSync(journal, 'utf8')).toBe('first\nbad\nbad\nlast\n');
  });

  it.each(['remove.stored', 'delete.workflow-gone', 'delete.rows-gone'])('of a deletion at %s: it can be asked for again, and nothing of the run comes back', { timeout: 60_000 }, async (point) => {
    await wrecker.start({ MILLRACE_FAILPOINT: point });
    const run = aRun();
    const id = (await run.submit())!;
    await wrecker.server.finished(id);
    await expect(wrecker.server.json(`/apis/v2beta1/runs/${id}`, { method: 'DELETE' })).rejects.toThrow(TypeError);
    expect(await wrecker.died(5_000)).toBe(true);
    await wrecker.start();
    const again = await wrecker.server.request(`/apis/v2beta1/runs/${id}`, { method: 'DELETE' });
    expect(again.status).toBe(point === 'delete.rows-gone' ? 404 : 200);
    expect((await wrecker.server.request(`/apis/v2beta1/runs/${id}`)).status).toBe(404);
    await expect.poll(() => readdirSync(join(folder, 'attempts', 'attempts')), { timeout: 10_000 }).toEqual([]);
  });

  it.each(SUPERVISOR)('of the supervisor at %s: its attempts are tried again', { timeout: 60_000 }, async (point) => {
    await wrecker.start({ MILLRACE_FAILPOINT: `${point}:2` });
    const run = aRun();
    const id = (await run.submit())!;
    await wrecker.server.finished(id);
    await checkRun(wrecker.server, id, run.pipeline, run.journal);
  });
});

/** The run that was stored though its submission was not answered. */
async function onceMore(wrecker: Wrecker): Promise<string[]> {
  await wrecker.died(5_000);
  await wrecker.start();
  const { runs = [] } = await wrecker.server.json('/apis/v2beta1/runs?page_size=1&sort_by=created_at%20desc');
  return runs.map((run: any) => run.run_id);
}

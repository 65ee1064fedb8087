import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

let millrace: Millrace;
let runs: Runs;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false, args: ['--parallel', '4'] });
  runs = new Runs(millrace);
});
afterAll(() => millrace?.close());

/** Whether a process has this text among its arguments. */
const isRunning = (marker: string) => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').some((line) => line.includes(marker) && !line.includes('ps -eo'));
const unique = (name: string) => `${name}-${Math.random().toString(36).slice(2)}`;

/** A process, its child in another session and a grandchild that ignores what it can, all with the marker among their arguments. */
const family = (marker: string) => `trap '' TERM; sh -c "trap '' TERM; sh -c 'trap \\"\\" TERM; while :; do sleep 1; done' ${marker}-grandchild & while :; do sleep 1; done" ${marker}-child & echo started; while :; do sleep 1; done # ${marker}-self`;

describe('a task', () => {
  it('that exits 137 fails with it', async () => {
    const { run, tasks } = await runs.run(shellPipeline({ out: { line: 'echo going; exit 137' } }));
    expect(tasks['out']).toMatchObject({ state: 'FAILED', attempt_list: [{ exit_code: 137 }], message: expect.stringMatching(/^Exit code 137/) });
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^out: Exit code 137/) });
  });

  it('that is killed by the system fails, and the sentence names the signal', async () => {
    // Of two dollars in a command one is left, as in a pod.
    const { tasks } = await runs.run(shellPipeline({ out: { line: 'kill -9 $$$$' } }));
    expect(tasks['out']).toMatchObject({ state: 'FAILED', attempt_list: [{ exit_code: 137 }], message: expect.stringMatching(/SIGKILL|signal 9/) });
    expect(tasks['out']!.message).toMatch(/memory/);
  });

  it('that takes longer than its timeout is stopped with all that it started, and says so', async () => {
    const marker = unique('timeout');
    const started = performance.now();
    const id = await runs.start(asYaml(shellPipeline({ hang: { line: family(marker), timeoutSeconds: 2 }, after: { line: 'true', after: ['hang'] } })));
    await expect.poll(() => isRunning(`${marker}-grandchild`), { timeout: 10_000 }).toBe(true);
    const { run, tasks } = await runs.finished(id);
    expect(tasks['hang']).toMatchObject({ state: 'FAILED', message: 'it was stopped because it ran longer than its timeout' });
    expect(tasks['after']).toMatchObject({ state: 'SKIPPED', message: 'hang failed' });
    expect(run).toMatchObject({ state: 'FAILED', error: 'hang: it was stopped because it ran longer than its timeout' });
    await expect.poll(() => isRunning(marker), { timeout: 15_000 }).toBe(false);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('that hangs is ended by terminating its run, with all that it started', async () => {
    const marker = unique('terminate');
    const id = await runs.start(shellPipeline({ hang: { line: family(marker) }, after: { line: 'true', after: ['hang'] } }));
    for (const who of ['self', 'child', 'grandchild']) await expect.poll(() => isRunning(`${marker}-${who}`), { timeout: 10_000 }).toBe(true);
    await runs.terminate(id);
    await expect.poll(() => isRunning(marker), { timeout: 15_000 }).toBe(false);
    const { run, tasks } = await runs.finished(id);
    expect(run).toMatchObject({ state: 'CANCELED', error: 'terminated by a user', task_counts: { CANCELED: 2 } });
    expect(tasks['hang']).toMatchObject({ state: 'CANCELED', message: 'the run was terminated' });
    expect(tasks['after']).toMatchObject({ state: 'CANCELED', message: 'the run was terminated' });
    // The SDK waits for FAILED; the error says what it was.
    expect(await millrace.json(`/apis/v2beta1/runs/${id}`)).toMatchObject({ state: 'FAILED', error: { message: 'terminated by a user' } });
    expect(await runs.log(tasks['hang']!)).toContain('started');
  });

  it('that leaves a process behind when it ends does not keep its run', async () => {
    const marker = unique('orphan');
    const { run } = await runs.run(shellPipeline({ out: { line: `(sh -c 'sleep 300' ${marker} &) ; echo done` } }));
    expect(run.state).toBe('SUCCEEDED');
    await expect.poll(() => isRunning(marker), { timeout: 15_000 }).toBe(false);
  });

  it('that fails as often as it may be tried says so, and how often', async () => {
    const { tasks } = await runs.run(shellPipeline({ out: { line: 'echo no luck >&2; exit 4', retries: 2 } }));
    expect(tasks['out']).toMatchObject({ state: 'FAILED', message: 'Exit code 4: no luck. All 3 attempts failed.', attempt_list: [{ exit_code: 4 }, { exit_code: 4 }, { exit_code: 4 }] });
  });

  it.each([
    ['NUMBER_INTEGER', '12', 12],
    ['NUMBER_DOUBLE', '1e-3', 0.001],
    ['BOOLEAN', 'True', true],
    ['LIST', '[1, "二"]', [1, '二']],
    ['STRUCT', '{"a": null}', { a: null }],
    ['STRING', ' as it is \n', ' as it is \n'],
  ])('writes %s as text', async (type, text, value) => {
    const { run, tasks } = await runs.run(shellPipeline({ out: { line: `printf '%s' '${text}' > $1`, outputs: { value: type } } }));
    expect({ state: run.state, error: run.error }).toEqual({ state: 'SUCCEEDED', error: undefined });
    // Argo drops one newline at the end of a file, there as here.
    expect(tasks['out']!.output_parameters).toEqual({ value: typeof value === 'string' ? value.replace(/\n$/, '') : value });
  });

  it.each([
    ['nothing at all', 'true', /output.*"value"/],
    ['words for a number', 'echo twelve > $1', /"value".*(NUMBER_INTEGER|integer).*twelve|twelve/],
    ['a fraction for a whole number', 'echo 1.5 > $1', /"value".*1\.5/],
    ['bytes that are no text', "printf '\\377\\376' > $1", /"value"/],
    ['a folder', 'mkdir $1', /value/],
  ])('that writes %s for its output fails, and names the output', async (_, line, message) => {
    const { run, tasks } = await runs.run(shellPipeline({ out: { line, outputs: { value: 'NUMBER_INTEGER' } }, other: { line: 'true' } }));
    expect(tasks['out']).toMatchObject({ state: 'FAILED', message: expect.stringMatching(message) });
    expect(tasks['other']!.state).toBe('SUCCEEDED');
    expect(run).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/^out: /) });
  });
});

/** As an upload with its platform document: JSON is YAML. */
function asYaml(pipeline: object): string {
  const { pipeline_spec: spec, platform_spec: platform } = pipeline as { pipeline_spec?: object; platform_spec?: object };
  return [spec ?? pipeline, ...(platform ? [platform] : [])].map((document) => JSON.stringify(document)).join('\n---\n');
}

describe('a run that failed', () => {
  it('goes on from what succeeded when it is retried, in a loop in a nested pipeline too', async () => {
    const folder = mkdtempSync(join(millrace.dataFolder, 'retry-'));
    try {
      const { spec } = nested(folder);
      const id = await runs.start(spec);
      const first = await runs.finished(id);
      expect(first.run.state).toBe('FAILED');
      expect(first.tasks['group/loop#1/work']).toMatchObject({ state: 'FAILED', attempt_list: [{ exit_code: 3 }] });
      writeFileSync(join(folder, 'repaired'), '');
      await runs.retry(id);
      const { run, tasks } = await runs.finished(id);
      expect(run).toMatchObject({ state: 'SUCCEEDED', task_counts: { SUCCEEDED: 5 } });
      expect(run.error).toBeFalsy();
      expect(readFileSync(join(folder, 'journal'), 'utf8').trim().split('\n').toSorted()).toEqual(['after', 'before', 'work a', 'work b', 'work b', 'work c']);
      const work = tasks['group/loop#1/work']!;
      expect(work.attempt_list).toMatchObject([{ exit_code: 3 }, { exit_code: 0 }]);
      expect(await runs.log(work, 0)).toContain('not yet b');
      expect(await runs.log(work)).toBe('well b\n');
      expect(await millrace.json(`/apis/v2beta1/runs/${id}`)).toMatchObject({ state: 'SUCCEEDED', state_history: [{ state: 'PENDING' }, { state: 'RUNNING' }, { state: 'FAILED' }, { state: 'RUNNING' }, { state: 'SUCCEEDED' }] });
      await expect(runs.retry(id)).rejects.toThrow(/does not allow retries/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  /** before → group(loop a, b, c (work) → after); what works on b fails until there is a file. */
  function nested(folder: string): { readonly spec: object } {
    const journal = join(folder, 'journal');
    const executor = (line: string, ...args: string[]) => ({ container: { image: 'busybox', command: ['sh', '-c', line, 'sh'], args } });
    const work = `echo "work $1" >> ${journal}; if [ "$1" = b ] && [ ! -e ${folder}/repaired ]; then echo "not yet $1"; exit 3; fi; echo "well $1"`;
    const task = (name: string, more: object = {}) => ({ taskInfo: { name }, componentRef: { name: `comp-${name}` }, cachingOptions: {}, ...more });
    const item = { inputDefinitions: { parameters: { item: { parameterType: 'STRING' } } } };
    return {
      spec: {
        schemaVersion: '2.1.0',
        sdkVersion: 'kfp-2.17.0',
        pipelineInfo: { name: 'nested' },
        deploymentSpec: { executors: { before: executor(`echo before >> ${journal}`), work: executor(work, "{{$.inputs.parameters['item']}}"), after: executor(`echo after >> ${journal}`) } },
        components: {
          'comp-before': { executorLabel: 'before' },
          'comp-after': { executorLabel: 'after' },
          'comp-work': { ...item, executorLabel: 'work' },
          'comp-loop': { ...item, dag: { tasks: { work: task('work', { inputs: { parameters: { item: { componentInputParameter: 'item' } } } }) } } },
          'comp-group': { dag: { tasks: { loop: task('loop', { parameterIterator: { itemInput: 'item', items: { raw: '["a","b","c"]' } } }), after: task('after', { dependentTasks: ['loop'] }) } } },
        },
        root: { dag: { tasks: { before: task('before'), group: task('group', { dependentTasks: ['before'] }) } } },
      },
    };
  }
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { RunPreview } from '@millrace/api-contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Millrace } from '../harness/millrace.js';
import { kfpPython } from '../harness/python.js';
import { createRun, post, upload } from '../harness/requests.js';
import { Runs } from '../harness/runs.js';
import { EXPECTATIONS, FEATURES, type Expectation } from './expectations.js';

const corpus = resolve(import.meta.dirname, '../../../../shared/pipelines');
const isThere = existsSync(corpus);
if (!isThere) console.warn(`SKIPPED: the corpus of pipelines, because ${corpus} is not there`);

const pipelinesIn = (folder: string): string[] =>
  isThere ? readdirSync(join(corpus, folder), { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ya?ml|json)$/.test(file)).sort() : [];

describe.skipIf(!isThere)('the corpus of pipelines', () => {
  let millrace: Millrace;
  let runs: Runs;
  const uploads = new Map<string, Awaited<ReturnType<typeof upload>>>();
  const started = new Map<string, string>();
  const summary: (readonly [file: string, what: string])[] = [];

  const requestOf = (file: string, { parameters = {} }: Expectation) => {
    const given = Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value.replace('{{artifacts}}', join(millrace.dataFolder, 'artifacts')) : value]);
    return { display_name: file, pipeline_version_reference: { pipeline_id: uploads.get(file)!.body.pipeline_id }, runtime_config: { parameters: Object.fromEntries(given) } };
  };

  beforeAll(async () => {
    millrace = await Millrace.start({ sample: false, args: ['--no-cache'] });
    runs = new Runs(millrace);
    for (const file of pipelinesIn('valid')) uploads.set(file, await upload(millrace, readFileSync(join(corpus, 'valid', file)), { name: file, fileName: basename(file) }));
    // All at once, so that environments are made while other tasks run.
    for (const [file, expectation] of Object.entries(EXPECTATIONS)) {
      if (!('state' in expectation) || uploads.get(file)?.status !== 200) continue;
      const { body } = await createRun(millrace, requestOf(file, expectation));
      started.set(file, body.run_id);
    }
  });

  afterAll(async () => {
    await millrace?.close();
    const width = Math.max(...summary.map(([file]) => file.length));
    console.log(['', ...summary.map(([file, what]) => `  ${file.padEnd(width)}  ${what}`), ''].join('\n'));
  });

  it('is known file by file', () => {
    expect(Object.keys(EXPECTATIONS).sort()).toEqual(pipelinesIn('valid'));
  });

  it.each(pipelinesIn('invalid'))('invalid/%s is refused with a sentence', async (file) => {
    const { status, message } = await upload(millrace, readFileSync(join(corpus, 'invalid', file)), { fileName: basename(file) });
    expect(status).toBe(400);
    expect(message).toMatch(/^"[\w.-]+" (is not valid: |has \d+ problems:\n)[^]*\.$/);
    summary.push([`invalid/${file}`, message.replaceAll('\n', ' ')]);
  });

  it.for(pipelinesIn('valid'))('%s', async (file, context) => {
    expect(uploads.get(file)).toMatchObject({ status: 200, message: '' });
    const expectation = EXPECTATIONS[file]!;
    if ('refused' in expectation) {
      const { status, message } = await createRun(millrace, requestOf(file, expectation));
      expect(FEATURES.filter((feature) => message.includes(feature))).toEqual(expectation.refused);
      // One sentence for each use, with the remedy behind it.
      for (const line of message.split('\n')) expect(line).toMatch(/(not supported yet\. [A-Z].*\.|; .*\.|; .*(artifacts))$/);
      expect([400, 501]).toContain(status);
      summary.push([file, `refused: ${expectation.refused.join(', ')}`]);
      return;
    }
    if ('planned' in expectation) {
      const { status, body } = await post(millrace, '/apis/millrace/v1/runs:preview', JSON.stringify(requestOf(file, expectation)));
      expect(status).toBe(200);
      expect(body as RunPreview).toMatchObject({ problems: [], tasks: expectation.planned });
      summary.push([file, `planned only: ${expectation.because}`]);
      return;
    }
    // What installed the SDK for these tests installs the packages of components too.
    if (kfpPython === undefined && /pip install/.test(readFileSync(join(corpus, 'valid', file), 'utf8'))) {
      summary.push([file, 'SKIPPED: pip reaches no registry']);
      context.skip('pip reaches no registry');
    }
    const { run, tasks } = await runs.finished(started.get(file)!);
    expect({ state: run.state, error: run.error }).toEqual({ state: expectation.state, error: expectation.state === 'FAILED' ? expect.stringMatching(expectation.error ?? /./) : undefined });
    for (const [path, outputs] of Object.entries(expectation.outputs ?? {})) expect(tasks[path]?.output_parameters).toEqual(outputs);
    expect(run.task_counts).toEqual(expectation.counts ?? run.task_counts);
    if (run.state === 'SUCCEEDED') {
      const branches = readFileSync(join(corpus, 'valid', file), 'utf8').includes('triggerPolicy');
      for (const task of Object.values(tasks).filter(({ state }) => !(branches && state === 'SKIPPED'))) expect({ path: task.path, state: task.state, message: task.message }).toEqual({ path: task.path, state: expect.stringMatching(/SUCCEEDED|CACHED/), message: undefined });
    }
    const seconds = run.finished_at && run.started_at ? ((Date.parse(run.finished_at) - Date.parse(run.started_at)) / 1000).toFixed(1) : '?';
    summary.push([file, `ran to ${run.state} in ${seconds} s${run.error === undefined ? '' : ` (${run.error.slice(0, 100)})`}`]);
  });
});

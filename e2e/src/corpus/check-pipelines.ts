import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunPreview } from '@millrace/api-contract';
import type { Millrace } from '../harness/millrace.js';
import { createRun, get, post, upload } from '../harness/requests.js';
import { Runs, type FinishedRun } from '../harness/runs.js';
import { defaultEnd, type Expectation } from './expectation.js';
import type { PipelineFile } from './find-pipelines.js';
import { whatIsLacking } from './machine-lacks.js';

/** A line of the table. */
export interface Finding {
  readonly file: string;
  readonly did: 'ran' | 'compiled only' | 'refused';
  /** State of the run; empty when there was none. */
  readonly end: string;
  readonly why: string;
  /** Set when it is not as expected. */
  readonly fault?: string;
}

export interface CheckOptions {
  readonly millrace: Millrace;
  readonly files: readonly PipelineFile[];
  readonly expectations: Readonly<Record<string, Expectation>>;
  /** A run that takes longer is terminated and is a fault. */
  readonly timeoutMs: number;
  readonly onProgress?: (message: string) => void;
}

type Uploaded = { readonly request: object } | { readonly finding: Finding };

/** Uploads, draws, compiles and runs every pipeline, and says what became of each. Runs go on side by side. */
export async function checkPipelines(options: CheckOptions): Promise<Finding[]> {
  const { files } = options;
  const uploaded = new Map<string, Uploaded>();
  for (const file of files) uploaded.set(file.name, await bring(file, options));
  const findings = new Map<string, Finding>();
  const waiting = [...uploaded];
  // Enough that environments are made while tasks run; few enough that none spends its time waiting for its turn.
  await Promise.all(
    Array.from({ length: 2 + availableParallelism() * 2 }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [file, what] = next;
        const found = 'finding' in what ? what.finding : await start(file, what.request, options);
        findings.set(file, typeof found === 'string' ? await end(file, found, options) : found);
        options.onProgress?.(`${findings.size} of ${files.length} are over`);
      }
    }),
  );
  return files.map(({ name }) => findings.get(name)!);
}

/** Uploads a file, and looks at what pages draw of it. */
async function bring({ name: file, path }: PipelineFile, { millrace, expectations }: CheckOptions): Promise<Uploaded> {
  const { parameters = {}, end = defaultEnd(file), message: expected } = expectations[file] ?? {};
  const content = readFileSync(path);
  const { status, message, body } = await upload(millrace, content, { name: file, fileName: basename(file) });
  if (status !== 200) {
    const fault = end !== 'refused' ? 'the upload was refused' : status >= 500 ? `the answer was ${status}` : expected !== undefined && !new RegExp(expected).test(message) ? `expected a refusal like /${expected}/` : undefined;
    return { finding: { file, did: 'refused', end: '', why: message, fault } };
  }
  const versions = await get(millrace, `/apis/v2beta1/pipelines/${body.pipeline_id}/versions`);
  const version = versions.body.pipeline_versions?.[0];
  const drawn = await get(millrace, `/apis/v2beta1/pipelines/${body.pipeline_id}/versions/${version?.pipeline_version_id}`);
  if (drawn.status !== 200 || Object.keys(drawn.body.pipeline_spec ?? {}).length === 0) {
    return { finding: { file, did: 'refused', end: '', why: drawn.message, fault: 'it cannot be drawn: the server has no specification of it' } };
  }
  const given = Object.entries(parameters).map(([name, value]) => [name, typeof value === 'string' ? value.replace('{{artifacts}}', join(millrace.dataFolder, 'artifacts')) : value]);
  return { request: { display_name: file, pipeline_version_reference: { pipeline_id: body.pipeline_id, pipeline_version_id: version.pipeline_version_id }, runtime_config: { parameters: Object.fromEntries(given) } } };
}

/** Starts a run and gives its id, or says why there is none. */
async function start(file: string, request: object, { millrace, expectations }: CheckOptions): Promise<string | Finding> {
  const { end = defaultEnd(file), because = '', message: expected } = expectations[file] ?? {};
  if (end === 'compiled') {
    const preview = await post(millrace, '/apis/millrace/v1/runs:preview', JSON.stringify(request));
    const { problems = [], tasks } = preview.body as RunPreview;
    const why = preview.status === 200 ? problems.map(({ message }) => message).join('\n') : preview.message;
    if (preview.status === 200 && problems.length === 0) return { file, did: 'compiled only', end: '', why: `${because} (${tasks} tasks)` };
    return { file, did: 'compiled only', end: '', why, fault: refusalFault(why, expected) };
  }
  const { status, message, body } = await createRun(millrace, request);
  if (status === 200) return body.run_id as string;
  if (status >= 500 && status !== 501) return { file, did: 'refused', end: '', why: message, fault: `the answer was ${status}` };
  if (end === 'refused') return { file, did: 'refused', end: '', why: message, fault: refusalFault(message, expected ?? '') };
  return { file, did: 'compiled only', end: '', why: message, fault: refusalFault(message, expected) };
}

/** A refusal has to name what this machine lacks, in each of its lines; or to be the one that was expected. */
function refusalFault(message: string, expected: string | undefined): string | undefined {
  if (expected !== undefined) return new RegExp(expected).test(message) ? undefined : `expected a refusal like /${expected}/`;
  const other = message.split('\n').find((line) => whatIsLacking(line) === undefined);
  return other === undefined ? undefined : 'refused for something that is not this machine';
}

/** Waits for the end of a run and looks whether it is the right one. */
async function end(file: string, id: string, { millrace, expectations, timeoutMs }: CheckOptions): Promise<Finding> {
  const expectation = expectations[file] ?? {};
  const runs = new Runs(millrace);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void runs.terminate(id).catch(() => undefined);
  }, timeoutMs);
  const finished = await runs.finished(id);
  clearTimeout(timer);
  const { state, error = '' } = finished.run;
  const took = finished.run.finished_at && finished.run.started_at ? `${((Date.parse(finished.run.finished_at) - Date.parse(finished.run.started_at)) / 1000).toFixed(1)} s` : '';
  if (late) return { file, did: 'ran', end: state, why: error, fault: `it ran for more than ${timeoutMs / 1000} s` };
  const expected = expectation.end ?? defaultEnd(file);
  if (state === 'FAILED' && expected === 'SUCCEEDED' && expectation.end === undefined) {
    const said = [error, ...(await saidByFailed(runs, finished))].join('\n');
    const lacking = whatIsLacking(said);
    if (lacking !== undefined) return { file, did: 'compiled only', end: state, why: `${lacking}: ${firstLine(error)}` };
  }
  const fault = state !== expected ? `expected ${expected}` : differenceOf(finished, expectation);
  return { file, did: 'ran', end: state, why: error === '' ? took : firstLine(error), fault };
}

/** The last that failed tasks wrote. */
async function saidByFailed(runs: Runs, { tasks }: FinishedRun): Promise<string[]> {
  const failed = Object.values(tasks).filter(({ state, kind }) => state === 'FAILED' && kind === 'container');
  const logs = await Promise.all(failed.map((task) => runs.log(task).catch(() => '')));
  return [...failed.map(({ message }) => message ?? ''), ...logs.map((log) => log.slice(-4_000))];
}

function differenceOf({ run, tasks }: FinishedRun, { message, counts, outputs = {} }: Expectation): string | undefined {
  if (message !== undefined && !new RegExp(message).test(run.error ?? '')) return `expected an error like /${message}/`;
  if (counts !== undefined && !isDeepStrictEqual({ ...run.task_counts }, counts)) return `expected tasks ${JSON.stringify(counts)}, there are ${JSON.stringify(run.task_counts)}`;
  for (const [path, expected] of Object.entries(outputs)) {
    const given = tasks[path]?.output_parameters;
    const same = given !== undefined && Object.entries(expected).every(([name, value]) => isSame(given[name], value));
    if (!same) return `expected ${path} to give ${JSON.stringify(expected)}, it gave ${JSON.stringify(given)}`;
  }
  return undefined;
}

function isSame(given: unknown, expected: unknown): boolean {
  const pattern = typeof expected === 'string' ? /^\/(.*)\/$/.exec(expected)?.[1] : undefined;
  return pattern === undefined ? isDeepStrictEqual(given, expected) : typeof given === 'string' && new RegExp(pattern).test(given);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

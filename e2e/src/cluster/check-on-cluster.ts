import { defaultEnd, type Expectation } from '../corpus/expectation.js';
import type { PipelineFile } from '../corpus/find-pipelines.js';
import { Runs, type FinishedRun } from '../harness/runs.js';
import type { Server } from '../harness/server.js';
import { compareRuns } from './compare-runs.js';
import { fitPipeline, type Images } from './fit-pipeline.js';
import type { KfpSubmitter } from './kfp-submitter.js';
import type { RunNamespace } from './run-namespace.js';

/** A Millrace to run on, with the SDK's client of it. */
export interface Side {
  readonly server: Server;
  readonly client: KfpSubmitter;
  /** What `{{artifacts}}` is in parameters. */
  readonly artifacts: string;
}

export interface ClusterFinding {
  readonly file: string;
  readonly laptop: string;
  readonly cluster: string;
  readonly pods: string;
  readonly seconds: string;
  readonly tasks: number;
  /** Set when something is not the same, or not as expected. */
  readonly faults: readonly string[];
  /** For the reader. */
  readonly facts?: string;
}

export interface CheckOptions {
  readonly laptop: Side;
  readonly cluster: Side;
  readonly namespace: RunNamespace;
  readonly images: Images;
  readonly timeoutMs: number;
  /** Leaves Workflows and pods for whoever looks why. */
  readonly keep: boolean;
}

type Ended = { readonly run: FinishedRun } | { readonly refusal: string };

/** Runs one pipeline here and there, and compares what became of it task by task. */
export async function checkOnCluster(file: PipelineFile, expectation: Expectation, options: CheckOptions): Promise<ClusterFinding> {
  const { laptop, cluster, namespace } = options;
  const expected = expectation.cluster ?? {};
  const { plain: plainHere } = fitPipeline(file, {}, 'laptop');
  const there = fitPipeline(file, options.images, 'cluster');
  const [one, other] = await Promise.all([end(laptop, plainHere, file.name, expectation, options), end(cluster, there.plain, file.name, { ...expectation, parameters: { ...expectation.parameters, ...expected.parameters } }, options)]);
  const faults: string[] = [];
  let pods = '';
  if ('run' in other) {
    const said = await cluster.client.stateOf(other.run.id);
    if (said !== (other.run.run.state === 'CANCELED' ? 'FAILED' : other.run.run.state)) faults.push(`the client says ${said}`);
    const counted = await namespace.podsOf(other.run.id);
    pods = String(counted);
    const attempts = Object.values(other.run.tasks).reduce((sum, task) => sum + task.attempt_list.length, 0);
    if (counted !== attempts) faults.push(`${counted} pods for ${attempts} attempts`);
    if (expected.pods !== undefined && counted !== expected.pods) faults.push(`expected ${expected.pods} pods`);
  }
  const wanted = expected.end ?? expectation.end ?? defaultEnd(file.name);
  if (wanted !== 'compiled' && stateOf(other) !== wanted) faults.push(`expected ${wanted}`);
  if (expected.end === undefined && 'run' in one && 'run' in other) faults.push(...compareRuns(one.run, other.run, { ignoreOutputs: expected.differ ?? [], ignoreAttempts: expected.inPods ?? [], places: [laptop.artifacts, cluster.artifacts] }));
  if (expected.end === undefined && 'refusal' in one !== 'refusal' in other) faults.push('only one side took it');
  const message = expected.message ?? expectation.message;
  if (message !== undefined && !new RegExp(message).test(whatItSaid(other))) faults.push(`expected an error like /${message}/`);
  if (expected.podsAgain !== undefined && 'run' in other) {
    // Filled by a run of its own, since one without caching leaves nothing behind.
    const filled = await end(cluster, there.caching, file.name, expectation, options);
    const again = await end(cluster, there.caching, file.name, expectation, options);
    if (!('run' in again)) faults.push(`again: ${again.refusal}`);
    else {
      const counted = await namespace.podsOf(again.run.id);
      pods += `, cached ${counted}`;
      if (counted !== expected.podsAgain) faults.push(`expected ${expected.podsAgain} pods when cached`);
      const values = (run: FinishedRun) => JSON.stringify(Object.entries(run.tasks).map(([path, { output_parameters: outputs }]) => [path, outputs]));
      if (values(again.run) !== values(other.run)) faults.push('a cached run has other outputs');
    }
    for (const done of [filled, again]) await tidy(done, options);
  }
  await tidy(other, options);
  return {
    file: file.name,
    laptop: stateOf(one),
    cluster: stateOf(other),
    pods,
    seconds: `${secondsOf(one)} / ${secondsOf(other)}`,
    tasks: 'run' in other ? Object.keys(other.run.tasks).length : 0,
    faults: [...faults, ...(faults.length > 0 ? await reportOf(cluster, other) : [])],
  };
}

async function end({ server, client, artifacts }: Side, file: string, name: string, { parameters = {} }: Expectation, { timeoutMs }: CheckOptions): Promise<Ended> {
  const given = Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, typeof value === 'string' ? value.replace('{{artifacts}}', artifacts) : value]));
  let id;
  try {
    id = await client.submit({ name, file, arguments: given });
  } catch (error) {
    return { refusal: (error as Error).message };
  }
  const runs = new Runs(server);
  const timer = setTimeout(() => void runs.terminate(id).catch(() => undefined), timeoutMs);
  try {
    await server.finished(id, { everyMs: 400 });
  } finally {
    clearTimeout(timer);
  }
  return { run: await runs.look(id) };
}

async function tidy(ended: Ended, { namespace, keep }: CheckOptions): Promise<void> {
  if ('run' in ended && !keep) await namespace.removeWorkflowOf(ended.run.id);
}

const stateOf = (ended: Ended): string => ('run' in ended ? ended.run.run.state : 'refused');
const whatItSaid = (ended: Ended): string => ('run' in ended ? (ended.run.run.error ?? '') : ended.refusal);

/** The last words of what failed. */
async function reportOf({ server }: Side, ended: Ended): Promise<string[]> {
  if (!('run' in ended)) return [`it said: ${ended.refusal}`];
  const runs = new Runs(server);
  const failed = Object.values(ended.run.tasks).filter(({ state, kind }) => state === 'FAILED' && kind === 'container');
  return Promise.all(failed.slice(0, 2).map(async (task) => `log of ${task.path}: ${(await runs.log(task).catch((error: unknown) => String(error))).slice(-400)}`));
}

function secondsOf(ended: Ended): string {
  if (!('run' in ended)) return '-';
  const { started_at: from, finished_at: to } = ended.run.run;
  return from === undefined || to === undefined ? '-' : ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1);
}

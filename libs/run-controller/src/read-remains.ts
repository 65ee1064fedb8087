import { text } from 'node:stream/consumers';
import type { NodeStatus } from '@millrace/argo';
import { isPipelineError, PipelineError } from '@millrace/errors';
import type { ObjectStore } from '@millrace/object-store';
import { placeAttempt, scopeComponent, usesTaskRoot, type ScopePath } from '@millrace/pipeline-semantics';
import { executorOf, makesOutputs } from '@millrace/pipeline-spec';
import { attemptIndex, attemptsOf, PARAMETERS, taskStateOf, type Nodes } from '@millrace/workflow-compiler';
import { timesOfAttempts, type AskContext } from './ask-pods.js';
import type { AttemptTimes } from './attempt-pods.js';
import type { LiveRun } from './live-run.js';
import { copyOf, executionOf, type StoredExecution } from './task-rows.js';

/** What a task that ended left in the object store. */
export interface Remains {
  /** Of one that ended well. */
  readonly result?: { readonly executorOutputJson: string | undefined; readonly parameterTexts: Readonly<Record<string, string | undefined>> };
  /** Why it cannot be taken. */
  readonly problem?: string;
  /** What the log of one that failed says last. */
  readonly lastWords?: string;
  /** When its attempts ran, by node id. */
  readonly times?: ReadonlyMap<string, AttemptTimes>;
}

export interface ReadContext extends AskContext {
  readonly objects: ObjectStore;
}

/** What one file of outputs may have. All parameters of a task become one row. */
const MAX_BYTES = 4 * 1024 * 1024;
const LOG_TAIL_BYTES = 65_536;
const LAST_WORDS_CHARACTERS = 500;
const AT_ONCE = 16;

/** Reads what tasks left, by path. Throws what may pass: it is read again with the next step. */
export async function readRemains(live: LiveRun, ended: ReadonlyMap<ScopePath, NodeStatus>, nodes: Nodes, context: ReadContext): Promise<ReadonlyMap<ScopePath, Remains>> {
  const remains = new Map<ScopePath, Remains>();
  const waiting = [...ended].filter(([, { type }]) => type !== 'DAG');
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE, waiting.length) }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [path, node] = next;
        const row = live.task(path)!;
        const promised = copyOf(row) === undefined ? executionOf(row) : undefined;
        const execution = promised && placeAttempt(promised, { taskRoot: promised.taskRoot, taskId: row.id }, lastAttempt(node, nodes));
        const [left, times] = await Promise.all([
          taskStateOf(node) === 'SUCCEEDED' ? (execution === undefined ? {} : resultOf(live, path, execution, context)) : lastWordsOf(live, node, nodes, context).then((lastWords) => ({ lastWords })),
          timesOfAttempts(node, nodes, { namespace: live.run.namespace, workflow: live.run.workflowName }, context),
        ]);
        remains.set(path, { ...left, ...(times.size > 0 && { times }) });
      }
    }),
  );
  return remains;
}

/** Number of the attempt that decided a task. */
export function lastAttempt(node: NodeStatus, nodes: Nodes): number {
  const last = attemptsOf(node, nodes).at(-1);
  return last === undefined ? 0 : attemptIndex(last);
}

async function resultOf(live: LiveRun, path: ScopePath, { taskRoot, outputMetadataFile, parameterFiles }: StoredExecution, { objects }: ReadContext): Promise<Remains> {
  const component = scopeComponent(live.pipeline, path);
  if (!makesOutputs(component)) return { result: { executorOutputJson: undefined, parameterTexts: {} } };
  try {
    const fileName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
    const container = executorOf(live.pipeline, component)?.container;
    // Who has no task root cannot have written it.
    const executorOutputJson = container !== undefined && !usesTaskRoot(component, container) ? undefined : await readSmall(objects, `${taskRoot}/${fileName(outputMetadataFile)}`, 'its output_metadata.json');
    // The SDK writes all of them into the one file.
    const told = parametersIn(executorOutputJson);
    const parameterTexts: Record<string, string | undefined> = {};
    for (const output of Object.keys(component.outputDefinitions?.parameters ?? {})) {
      if (told.has(output)) continue;
      const file = parameterFiles[output];
      const content = file === undefined ? undefined : await readSmall(objects, `${taskRoot}/${PARAMETERS}/${fileName(file)}`, `output parameter "${output}"`);
      // As Argo does with parameters.
      parameterTexts[output] = content?.replace(/\n$/, '');
    }
    return { result: { executorOutputJson, parameterTexts } };
  } catch (error) {
    if (isPipelineError(error) && error.code === 'RESOURCE_EXHAUSTED') return { problem: error.message };
    throw error;
  }
}

function parametersIn(executorOutputJson = '{}'): ReadonlySet<string> {
  try {
    const { parameterValues, parameter_values: inSnakeCase } = JSON.parse(executorOutputJson) as Record<string, object | undefined>;
    return new Set(Object.keys(parameterValues ?? inSnakeCase ?? {}));
  } catch {
    // Whoever collects the outputs says so.
    return new Set();
  }
}

/** One request for a file, and for one that is not there: whoever waits for the value waits for this. */
async function readSmall(objects: ObjectStore, uri: string, what: string): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of (await objects.read(uri)) as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      // Leaving the loop ends the stream.
      if (sizeBytes > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    if (isPipelineError(error) && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
  if (sizeBytes <= MAX_BYTES) return Buffer.concat(chunks).toString('utf8');
  const info = await objects.stat(uri);
  throw new PipelineError('RESOURCE_EXHAUSTED', `The task wrote ${Math.ceil((info?.sizeBytes ?? sizeBytes) / 1024)} KiB as ${what}, and at most ${MAX_BYTES / 1024} KiB are taken; write large values as an artifact.`);
}

/** Empty where there is no log, or none that can be read: a failure is told without it then. */
async function lastWordsOf(live: LiveRun, node: NodeStatus, nodes: Nodes, { objects, log }: ReadContext): Promise<string> {
  const { s3 } = attemptsOf(node, nodes).at(-1)?.outputs?.artifacts?.find(({ name }) => name === 'main-logs') ?? {};
  const store = /^\w+:\/\/[^/]+\//.exec(live.view.run.artifactRoot)?.[0];
  if (s3?.key === undefined || store === undefined) return '';
  const uri = `${store}${s3.key}`;
  try {
    const info = await objects.stat(uri);
    if (info === undefined) return '';
    const tail = await text(await objects.read(uri, { start: Math.max(0, info.sizeBytes - LOG_TAIL_BYTES) }));
    return lastWords(tail).slice(0, LAST_WORDS_CHARACTERS);
  } catch (error) {
    log('warn', 'the log of a failed task could not be read', { uri, error: String(error) });
    return '';
  }
}

/** What a log says of the failure: the exception of the last traceback, among whose lines what Python wrote to its other output may stand; else the last line. */
export function lastWords(log: string): string {
  const lines = log.split(/\r?\n/);
  const traceback = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'));
  const after = traceback < 0 ? [] : lines.slice(traceback + 1);
  const exception = after.find((line) => /^[A-Za-z_][\w.]*(Error|Exception|Exit|Interrupt|Warning)\b/.test(line)) ?? after.find((line) => /^[A-Za-z_][\w.]*: /.test(line));
  return (exception ?? lines.findLast((line) => line.trim() !== '') ?? '').trim();
}

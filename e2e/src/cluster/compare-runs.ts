import { isDeepStrictEqual } from 'node:util';
import type { TaskDetail } from '@millrace/api-contract';
import type { FinishedRun } from '../harness/runs.js';

/** What of a task has to be the same wherever it runs: not when, not where its files are, not its ids. */
interface TaskFacts {
  readonly state: string;
  readonly attempts: number;
  readonly outputs: unknown;
  readonly artifacts: unknown;
  readonly metrics: unknown;
}

/**
 * Compares two runs of one pipeline task by task; a line for each difference, none when they are the same.
 *
 * @param places what addresses that were given to them begin with
 * @param isV1 of Workflows whose artifacts are packed, and logs among them where Argo stores logs
 */
export function compareRuns(left: FinishedRun, right: FinishedRun, { ignoreOutputs = [], ignoreAttempts = [], places = ['', ''], isV1 = false }: { readonly ignoreOutputs?: readonly string[]; readonly ignoreAttempts?: readonly string[]; readonly places?: readonly [left: string, right: string]; readonly isV1?: boolean } = {}): string[] {
  const differences: string[] = [];
  if (left.run.state !== right.run.state) differences.push(`the run is ${left.run.state} and ${right.run.state}: ${left.run.error ?? ''} | ${right.run.error ?? ''}`);
  for (const path of new Set([...Object.keys(left.tasks), ...Object.keys(right.tasks)])) {
    const [one, other] = [left.tasks[path], right.tasks[path]];
    if (one === undefined || other === undefined) {
      differences.push(`${path} is only in the ${one === undefined ? 'second' : 'first'}`);
      continue;
    }
    const [first, second] = [factsOf(one, left, places[0], isV1), factsOf(other, right, places[1], isV1)];
    for (const fact of ['state', 'attempts', 'outputs', 'artifacts', 'metrics'] as const) {
      if ((fact === 'outputs' && ignoreOutputs.includes(path)) || (fact === 'attempts' && ignoreAttempts.includes(path))) continue;
      if (!isDeepStrictEqual(first[fact], second[fact])) differences.push(`${path}: ${fact} ${JSON.stringify(first[fact])} and ${JSON.stringify(second[fact])}${fact === 'state' ? ` (${one.message ?? ''} | ${other.message ?? ''})` : ''}`);
    }
  }
  return differences;
}

function factsOf(task: TaskDetail, { tasks }: FinishedRun, place: string, isV1: boolean): TaskFacts {
  const artifacts = isV1 ? task.output_artifacts.filter(({ name }) => name !== 'main-logs') : task.output_artifacts;
  const isPacked = (uri: string): boolean => isV1 && uri.endsWith('.tgz');
  // Kept as they are made, so a task's own id is in the name of its files.
  const ids = Object.values(tasks).map(({ id }) => id);
  const settle = (value: unknown): unknown => JSON.parse([...ids, place].reduce((text, part) => (part === '' ? text : text.replaceAll(part, '…')), JSON.stringify(value)));
  return {
    state: task.state,
    attempts: task.attempt_list.length,
    outputs: settle(task.output_parameters),
    artifacts: settle(artifacts.map(({ name, index, artifact }) => ({ name, index, type: artifact.type, metadata: artifact.metadata, file: artifact.uri.split('/').at(-1), ...(!isPacked(artifact.uri) && { content: artifact.content }) }))),
    metrics: task.metrics,
  };
}

import type { JsonValue, TaskSpec } from '@millrace/pipeline-spec';
import { abbreviate, typeProblem } from './parameter-value.js';
import type { ScopePath } from './run-view.js';
import { iterationOf } from './scope-path.js';

/** More iterations than this make a Workflow that no cluster holds. */
export const MAX_ITERATIONS = 10_000;

/** Whether the task is run once for each of some items. */
export function isLoop(task: Pick<TaskSpec, 'parameterIterator' | 'artifactIterator'>): boolean {
  return task.parameterIterator !== undefined || task.artifactIterator !== undefined;
}

/** Whether a path names a loop itself, not one of its iterations. */
export function isLoopPath(task: TaskSpec, path: ScopePath): boolean {
  return isLoop(task) && iterationOf(path) === undefined;
}

/** The items of a loop over values, from the value that holds them: a list, or the JSON text of one. */
export function itemsIn(value: JsonValue): { readonly items: readonly JsonValue[] } | { readonly problem: string } {
  const list = typeof value === 'string' ? parsed(value) : value;
  const problem = list === undefined ? `expected LIST, given the text ${abbreviate(JSON.stringify(value))}` : typeProblem(list, 'LIST');
  return problem === undefined ? { items: list as readonly JsonValue[] } : { problem };
}

// The iterations of one loop ask one after another for items of the same text.
let last: { readonly text: string; readonly list: JsonValue | undefined } | undefined;

function parsed(text: string): JsonValue | undefined {
  if (last?.text !== text) last = { text, list: parse(text) };
  return last.list;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

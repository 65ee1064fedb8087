import type { ComponentSpec, Pipeline } from '@millrace/pipeline-spec';
import { taskOrder } from '@millrace/pipeline-spec';
import { isLoop } from './loop-items.js';
import { locateTask } from './pipeline-tasks.js';
import type { ScopePath } from './run-view.js';
import { iterationPath, taskKeyOf, taskPath } from './scope-path.js';

/** One execution that comes into being when a loop is entered. */
export interface LoopMember {
  readonly path: ScopePath;
  readonly parent: ScopePath;
  readonly taskKey: string;
  readonly displayName: string;
  readonly kind: 'container' | 'dag';
  readonly dependsOn: readonly ScopePath[];
}

/**
 * The executions of a loop: each iteration, then what is in it, in topological order. A loop inside has its own iterations only when it is
 * entered itself.
 */
export function* expandLoop(pipeline: Pipeline, loop: ScopePath, iterations: number): Generator<LoopMember, void, undefined> {
  const { component } = locateTask(pipeline, loop);
  for (let index = 0; index < iterations; index += 1) {
    const path = iterationPath(loop, index);
    yield { path, parent: loop, taskKey: taskKeyOf(loop), displayName: String(index), kind: 'dag', dependsOn: [] };
    yield* membersOf(pipeline, path, component);
  }
}

function* membersOf(pipeline: Pipeline, scope: ScopePath, { dag }: ComponentSpec): Generator<LoopMember, void, undefined> {
  if (dag === undefined) return;
  for (const key of taskOrder(dag)) {
    const path = taskPath(scope, key);
    const { task, component, dependencies } = locateTask(pipeline, path);
    const kind = component.dag === undefined ? 'container' : 'dag';
    yield { path, parent: scope, taskKey: key, displayName: task.taskInfo?.name || key, kind, dependsOn: dependencies.map((dependency) => taskPath(scope, dependency)) };
    if (!isLoop(task)) yield* membersOf(pipeline, path, component);
  }
}

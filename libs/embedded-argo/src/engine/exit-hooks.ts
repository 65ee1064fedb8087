import type { Arguments, DAGTask, NodeStatus } from '@millrace/argo';
import { isNodeCompleted } from '@millrace/argo';
import { nodeId } from '../workflow/node-id.js';
import { boundaryOf, calledNameOf, type HookPlace } from './place.js';
import { resolveArguments } from './resolve-task.js';
import type { RunState } from './run-state.js';
import type { Starter } from './starter.js';
import type { StartQueue } from './start-queue.js';
import { scopeOf } from './task-scope.js';

type Followed = HookPlace['of'];

/** Exit hooks of tasks and steps: they begin when their task has ended by itself, and what waits for the task waits for them. */
export class ExitHooks {
  constructor(
    private readonly state: RunState,
    private readonly queue: StartQueue,
  ) {}

  /** Asks for the hook of a node that ended. False when there is none to wait for. */
  follow(place: Followed, task: DAGTask, node: NodeStatus): boolean {
    if (exitHookOf(task) === undefined || !ended(node) || !this.state.exitsMayRun) return false;
    this.queue.push(boundaryOf(place)!, { kind: 'hook', place: { kind: 'hook', of: place, after: node.id } });
    return true;
  }

  /** Whether a node that ended has no hook to wait for (any more). */
  isSettled(task: DAGTask, node: NodeStatus): boolean {
    if (exitHookOf(task) === undefined || !ended(node)) return true;
    const hook = this.#hookNode(node);
    return hook === undefined ? !this.state.exitsMayRun : isNodeCompleted(hook.phase);
  }

  /** Goes on with a hook that an earlier process left, or that it did not begin. */
  resume(place: Followed, task: DAGTask, node: NodeStatus, starter: Starter): void {
    const hook = this.#hookNode(node);
    if (hook === undefined) this.follow(place, task, node);
    else starter.adopt({ kind: 'hook', of: place, after: node.id }, hook);
  }

  begin(place: HookPlace, task: DAGTask, starter: Starter): void {
    const { template, arguments: args } = exitHookOf(task)!;
    const { of } = place;
    const node = this.state.node(place.after)!;
    const scope = scopeOf(of.kind === 'step' ? of.steps : of.dag, this.state, { name: calledNameOf(of)!, node });
    const use = { template: template!, arguments: args ?? this.state.live.spec.arguments };
    try {
      starter.execute(place, `${node.name}.onExit`, { ...use, arguments: args === undefined ? use.arguments : resolveArguments(args, scope) }, [node.id]);
    } catch (error) {
      this.state.addEnded(place, `${node.name}.onExit`, use.template, 'Error', (error as Error).message, [node.id]);
    }
  }

  #hookNode(node: NodeStatus): NodeStatus | undefined {
    return this.state.node(nodeId(this.state.workflowName, `${node.name}.onExit`));
  }
}

/** The old form takes the workflow's arguments. */
export function exitHookOf({ onExit, hooks }: Pick<DAGTask, 'onExit' | 'hooks'>): { readonly template?: string; readonly arguments?: Arguments } | undefined {
  return onExit !== undefined && onExit !== '' ? { template: onExit } : hooks?.['exit'] && { arguments: {}, ...hooks['exit'] };
}

function ended({ phase }: NodeStatus): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

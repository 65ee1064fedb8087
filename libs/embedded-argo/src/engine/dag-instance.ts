import type { DAGTask, Template } from '@millrace/argo';
import type { DagPlan } from '../workflow/dag-plan.js';
import type { ExpandedTask } from '../workflow/expand-items.js';
import { Fifo } from './fifo.js';

/** One fan-out: the TaskGroup node of a task and how many of its items have not ended. */
export interface GroupInstance {
  readonly nodeId: string;
  readonly dag: DagInstance;
  open: number;
}

/** Something that may begin as soon as the DAG's limit allows. */
export type StartRequest =
  | { readonly kind: 'task'; readonly task: DAGTask }
  | { readonly kind: 'item'; readonly group: GroupInstance; readonly item: ExpandedTask }
  | { readonly kind: 'attempt'; readonly retryId: string };

/** One execution of a DAG template: counts kept so that a change visits only the tasks that it can affect. */
export class DagInstance {
  /** By task, how many of its dependencies have not ended. */
  readonly waiting = new Map<string, number>();
  /** Tasks whose dependencies have all ended. */
  readonly ready = new Fifo<string>();
  readonly requests = new Fifo<StartRequest>();
  readonly #tasks: ReadonlyMap<string, DAGTask>;
  /** Task nodes that have not ended. */
  open = 0;
  /** Needed tasks without a node. */
  missing: number;
  activePods = 0;
  /** Pods and DAGs: what `parallelism` counts. */
  activeChildren = 0;

  constructor(
    readonly nodeId: string,
    readonly name: string,
    /** With inputs filled and tags replaced. */
    readonly template: Template,
    readonly plan: DagPlan,
    /** How many DAGs it is in, itself included. */
    readonly depth: number,
  ) {
    this.missing = plan.needed.length;
    this.#tasks = new Map(template.dag!.tasks!.map((task) => [task.name, task]));
  }

  task(name: string): DAGTask {
    return this.#tasks.get(name)!;
  }

  taskNodeName(task: string): string {
    return `${this.name}.${task}`;
  }

  get limit(): number {
    return this.template.parallelism ?? 0;
  }

  /** Whether the limit (0: none) lets this begin now. Further attempts take the place that their first one was given. */
  admits(request: StartRequest): boolean {
    if (this.limit <= 0) return true;
    if (this.activePods >= this.limit) return false;
    return request.kind === 'attempt' || this.activeChildren < this.limit;
  }
}

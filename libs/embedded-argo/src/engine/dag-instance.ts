import type { DAGTask, Template } from '@millrace/argo';
import type { DagPlan } from '../workflow/dag-plan.js';
import { Boundary, type BoundaryOwner } from './boundary.js';
import { Fifo } from './fifo.js';
import type { Place } from './place.js';

/** One fan-out: the TaskGroup node of a task and how many of its items have not ended. */
export interface GroupInstance {
  readonly nodeId: string;
  readonly dag: DagInstance;
  readonly task: string;
  open: number;
}

/** One execution of a DAG template: counts kept so that a change visits only the tasks that it can affect. */
export class DagInstance extends Boundary {
  /** By task, how many of its dependencies have not ended. */
  readonly waiting = new Map<string, number>();
  /** Tasks whose dependencies have all ended. */
  readonly ready = new Fifo<string>();
  readonly #tasks: ReadonlyMap<string, DAGTask>;
  /** Task nodes that have not ended. */
  open = 0;
  /** Needed tasks without a node. */
  missing: number;

  constructor(
    owner: BoundaryOwner,
    nodeId: string,
    name: string,
    template: Template,
    place: Place,
    readonly plan: DagPlan,
  ) {
    super(owner, nodeId, name, template, place);
    this.missing = plan.needed.length;
    this.#tasks = new Map(template.dag!.tasks!.map((task) => [task.name, task]));
  }

  task(name: string): DAGTask {
    return this.#tasks.get(name)!;
  }

  taskNodeName(task: string): string {
    return `${this.name}.${task}`;
  }
}

import type { DAGTask, NodeStatus } from '@millrace/argo';
import { Boundary } from './boundary.js';

/** One execution of a steps template: groups one after the other, the steps of a group at once. */
export class StepsInstance extends Boundary {
  /** Index of the group that runs. */
  current = 0;
  /** Nodes of the current group that have not ended. */
  open = 0;
  /** An error of the group itself, which ends it whatever its steps come to. */
  problem: string | undefined;

  get groups(): readonly (readonly DAGTask[])[] {
    // A step is a task of a DAG without the fields that say what it waits for.
    return this.template.steps as unknown as readonly (readonly DAGTask[])[];
  }

  groupNodeName(index: number): string {
    return `${this.name}[${index}]`;
  }

  stepNodeName(index: number, step: string): string {
    return `${this.groupNodeName(index)}.${step}`;
  }

  /** What stands for a step in `{{steps.…}}`: its node, or for one that fans out its group's with the items as children. */
  find(name: string, node: (nodeName: string) => NodeStatus | undefined, byId: (id: string) => NodeStatus | undefined): NodeStatus | undefined {
    for (const [index, steps] of this.groups.entries()) {
      if (!steps.some((step) => step.name === name)) continue;
      const single = node(this.stepNodeName(index, name));
      if (single !== undefined) return single;
      const group = node(this.groupNodeName(index));
      if (group === undefined) return undefined;
      const prefix = `${this.stepNodeName(index, name)}(`;
      const items = (group.children ?? []).filter((id) => byId(id)!.name.startsWith(prefix));
      return { ...group, type: 'TaskGroup', children: items };
    }
    return undefined;
  }
}

import type { Template } from '@millrace/argo';
import { planDag, type DagPlan } from '../workflow/dag-plan.js';
import { namedTemplates } from '../workflow/named-templates.js';
import { tagsIn } from '../workflow/substitute.js';

/** The templates of one run, and what follows from each of them, found out once. */
export class RunTemplates {
  readonly #templates: ReadonlyMap<string, Template>;
  readonly #plans = new Map<string, DagPlan>();
  readonly #resultsWanted = new Map<string, ReadonlySet<string>>();

  constructor(spec: Parameters<typeof namedTemplates>[0]) {
    this.#templates = namedTemplates(spec);
  }

  get(name: string): Template | undefined {
    return this.#templates.get(name);
  }

  plan({ name }: Template): DagPlan {
    let plan = this.#plans.get(name!);
    if (plan === undefined) this.#plans.set(name!, (plan = planDag(this.#templates.get(name!)!)));
    return plan;
  }

  /** Names of the tasks or steps whose `outputs.result` something in this template refers to. */
  resultsWantedIn(templateName: string): ReadonlySet<string> {
    let wanted = this.#resultsWanted.get(templateName);
    if (wanted === undefined) {
      const found = tagsIn(JSON.stringify(this.#templates.get(templateName) ?? {})).flatMap((tag) => /^(?:tasks|steps)\.([^.]+)\.outputs\.result$/.exec(tag)?.[1] ?? []);
      this.#resultsWanted.set(templateName, (wanted = new Set(found)));
    }
    return wanted;
  }
}

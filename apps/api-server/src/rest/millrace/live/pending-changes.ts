import type { Change } from '@millrace/database';

/** Changes that belong together: what was changed, not how often. */
export interface ChangeSet {
  /** Whether others were lost: nobody knows what changed beside these. */
  readonly areIncomplete: boolean;
  readonly runs: readonly string[];
  readonly deletedRuns: readonly string[];
  /** Paths of tasks by run. */
  readonly tasks: ReadonlyMap<string, ReadonlySet<string>>;
  readonly others: readonly { readonly kind: 'pipeline' | 'pipeline-version' | 'experiment' | 'recurring-run'; readonly id: string }[];
}

/** Collects changes until they are taken. */
export class PendingChanges {
  #runs = new Set<string>();
  #deletedRuns = new Set<string>();
  #tasks = new Map<string, Set<string>>();
  #areIncomplete = false;
  #others = new Map<string, ChangeSet['others'][number]>();

  add(change: Change): void {
    switch (change.kind) {
      case 'run':
        if (change.op === 'deleted') {
          this.#deletedRuns.add(change.id);
          this.#runs.delete(change.id);
          this.#tasks.delete(change.id);
        } else this.#runs.add(change.id);
        return;
      case 'task': {
        const paths = this.#tasks.get(change.runId) ?? new Set();
        for (const path of change.paths) paths.add(path);
        this.#tasks.set(change.runId, paths);
        return;
      }
      case 'lost':
        this.#areIncomplete = true;
        return;
      case 'pipeline':
      case 'pipeline-version':
      case 'experiment':
      case 'recurring-run':
        this.#others.set(`${change.kind} ${change.id}`, { kind: change.kind, id: change.id });
    }
  }

  take(): ChangeSet {
    const taken = { areIncomplete: this.#areIncomplete, runs: [...this.#runs], deletedRuns: [...this.#deletedRuns], tasks: this.#tasks, others: [...this.#others.values()] };
    this.#areIncomplete = false;
    this.#runs = new Set();
    this.#deletedRuns = new Set();
    this.#tasks = new Map();
    this.#others = new Map();
    return taken;
  }
}

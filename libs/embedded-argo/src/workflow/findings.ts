import type { Executor } from '../executor.js';
import type { KeyedObjects } from '../pod/keyed-folders.js';

/** One reason why a Workflow cannot run. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** What Argo would refuse too, and what only this engine does not know. */
export interface Findings {
  readonly invalid: Issue[];
  readonly unsupported: Issue[];
}

/** What a Workflow is to run on, as far as it can be asked before. */
export interface RunningPlace {
  readonly executor: Pick<Executor, 'refusal'>;
  /** Secrets and config maps. @default none is looked for */
  readonly objects?: KeyedObjects;
}

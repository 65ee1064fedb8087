/** The pod of an attempt, by the node that stands for it. */
export interface AttemptRef {
  readonly namespace: string;
  readonly workflow: string;
  readonly nodeId: string;
  readonly templateName: string;
}

export interface AttemptTimes {
  readonly startedAt: Date;
  readonly finishedAt?: Date;
}

/** How taking away the files of an attempt goes, once its process has ended. */
export interface HandOver {
  /** How often it failed so far; it is tried again. */
  readonly failures: number;
  /** Of the last failure; empty where there is none. */
  readonly reason: string;
  /** All is where it should be. @default false */
  readonly done?: boolean;
}

/** What a substrate knows of the pods of attempts beside what their Workflow says. */
export interface AttemptPods {
  /** When the task's own process began and ended; undefined where it never did, or nobody knows any more. */
  timesOf(attempt: AttemptRef): Promise<AttemptTimes | undefined>;
  /** Why a pod that was made does not start, in a sentence; undefined where nothing is known to be wrong. */
  whyWaiting(attempt: AttemptRef): Promise<string | undefined>;
  /** Undefined where nobody knows. */
  handOverOf(attempt: AttemptRef): Promise<HandOver | undefined>;
  /** Tells the engine that all of an attempt is there, where whoever took it away could not. False, and nothing changed, where it was told. */
  tellDone(attempt: AttemptRef): Promise<boolean>;
  /** Ends an attempt whose files cannot be taken away. Its node then fails for the reason of the last try. */
  giveUp(attempt: AttemptRef): Promise<void>;
}

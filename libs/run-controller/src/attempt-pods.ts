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

/** What a substrate knows of the pods of attempts beside what their Workflow says. */
export interface AttemptPods {
  /** When the task's own process began and ended; undefined where it never did, or nobody knows any more. */
  timesOf(attempt: AttemptRef): Promise<AttemptTimes | undefined>;
  /** Why a pod that was made does not start, in a sentence; undefined where nothing is known to be wrong. */
  whyWaiting(attempt: AttemptRef): Promise<string | undefined>;
}

/** API group and version of `ScheduledWorkflow`, as KFP's CRD serves it. */
export const SCHEDULED_WORKFLOW_API_VERSION = 'kubeflow.org/v1beta1';

/** Label on every ScheduledWorkflow of ours: the id of its recurring run. */
export const LABEL_RECURRING_RUN_ID = 'pipeline/recurringrunid';

/** Times are RFC 3339 in UTC. Without a start, a schedule starts when it was created; without an end, it does not end. */
export interface CronSchedule {
  readonly startTime?: string;
  readonly endTime?: string;
  /** Six fields, seconds first; `TZ=<zone> ` before them names a time zone. */
  readonly cron?: string;
}

export interface PeriodicSchedule {
  readonly startTime?: string;
  readonly endTime?: string;
  readonly intervalSecond?: number;
}

/** When runs are due: by one of the two; exactly once when there is neither. */
export interface ScheduleTrigger {
  readonly cronSchedule?: CronSchedule;
  readonly periodicSchedule?: PeriodicSchedule;
}

export interface ScheduledParameter {
  readonly name: string;
  /** JSON of the value, in which macros such as `[[Index]]` stand. */
  readonly value: string;
}

export interface ScheduledWorkflowSpec {
  /** @default false */
  readonly enabled?: boolean;
  /** Runs of this schedule that may be unfinished at once, 1 to 10. @default 1 */
  readonly maxConcurrency?: number;
  /** Of several missed times only the latest counts. @default false */
  readonly noCatchup?: boolean;
  /** Finished runs kept in `status.workflowHistory`, 0 to 100. @default 10 */
  readonly maxHistory?: number;
  readonly trigger?: ScheduleTrigger;
  readonly workflow?: {
    readonly parameters?: readonly ScheduledParameter[];
    readonly pipelineRoot?: string;
    /** An Argo Workflow's spec, as JSON text or object. */
    readonly spec?: unknown;
  };
  readonly experimentId?: string;
  readonly pipelineId?: string;
  /** Absent: the latest version at the time of each run. */
  readonly pipelineVersionId?: string;
  readonly pipelineName?: string;
  readonly serviceAccount?: string;
  readonly pluginsInput?: Readonly<Record<string, unknown>>;
}

export interface ScheduledWorkflowCondition {
  readonly type: 'Enabled' | 'Disabled' | 'Running' | 'Succeeded' | 'Error';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** One run in the history of a schedule. */
export interface ScheduledRunStatus {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly phase?: string;
  readonly message?: string;
  readonly createdAt?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly scheduledAt?: string;
  readonly index?: number;
}

export interface ScheduledWorkflowStatus {
  readonly conditions?: readonly ScheduledWorkflowCondition[];
  readonly trigger?: {
    readonly lastTriggeredTime?: string;
    readonly nextTriggeredTime?: string;
    /** Of the last run; the first has 1. */
    readonly lastWorkflowIndex?: number;
  };
  readonly workflowHistory?: {
    readonly active?: readonly ScheduledRunStatus[];
    readonly completed?: readonly ScheduledRunStatus[];
  };
}

/** KFP's custom resource `scheduledworkflows.kubeflow.org`: a pipeline and when it is to run. */
export interface ScheduledWorkflow {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: ScheduledWorkflowSpec;
  readonly status?: ScheduledWorkflowStatus;
}

import type { Database, RunProgress, RunRepository, RunState, TaskState } from '@millrace/database';
import type { Metrics } from './metrics.js';

const RUN_ENDS: ReadonlySet<RunState> = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED']);
const TASK_ENDS: ReadonlySet<TaskState> = new Set(['SUCCEEDED', 'FAILED', 'SKIPPED', 'CACHED', 'CANCELED']);
const OPEN_STATES = ['PENDING', 'RUNNING', 'CANCELING', 'PAUSED'] as const satisfies readonly RunState[];
const COUNTED_FOR_MS = 15_000;

/** The same database, which counts the runs and tasks whose end is recorded through it. */
export function countEnds(database: Database, { counter }: Pick<Metrics, 'counter'>): Database {
  const runEnded = counter('millrace_runs_ended_total', 'Runs whose end this process recorded, by state.', ['state']);
  const taskEnded = counter('millrace_tasks_ended_total', 'Tasks whose end this process recorded, by state.', ['state']);
  const note = ({ run, tasks = [], newTasks = [] }: Pick<RunProgress, 'run' | 'tasks' | 'newTasks'>): void => {
    if (run?.state !== undefined && RUN_ENDS.has(run.state)) runEnded({ state: run.state });
    for (const { state } of [...tasks, ...newTasks]) if (state !== undefined && TASK_ENDS.has(state)) taskEnded({ state });
  };
  const { runs } = database;
  const counting: Partial<RunRepository> = {
    async record(progress) {
      await runs.record(progress);
      note(progress);
    },
    async create(run, documents, progress) {
      await runs.create(run, documents, progress);
      note(progress);
    },
    async transition(id, change) {
      const moved = await runs.transition(id, change);
      if (moved) note({ run: { state: change.to } });
      return moved;
    },
  };
  return { ...database, runs: withMethods(runs, counting) };
}

/** The object with some methods in place of its own; those that stay keep their private fields. */
function withMethods<Kind extends object>(target: Kind, methods: Partial<Kind>): Kind {
  return new Proxy(target, {
    get(_, name) {
      const value = (Object.hasOwn(methods, name) ? Reflect.get(methods, name) : Reflect.get(target, name)) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Tells how many runs are not over, by state; counted at most every 15 s. */
export function tellOpenRuns(database: Database, { gauges }: Pick<Metrics, 'gauges'>): void {
  let last: { readonly at: number; readonly counts: Promise<Readonly<Record<string, number>>> } | undefined;
  const count = async () => Object.fromEntries(await Promise.all(OPEN_STATES.map(async (state) => [state, (await database.runs.list({ pageSize: 1, filter: [{ key: 'state', operation: 'EQUALS', value: state }] })).totalSize] as const)));
  gauges('millrace_runs', 'Runs that are not over, by state.', 'state', async () => {
    const now = performance.now();
    if (last === undefined || now - last.at > COUNTED_FOR_MS) last = { at: now, counts: count().catch(() => ({})) };
    return last.counts;
  });
}

import type { StreamEvent } from '@millrace/api-contract';
import { Inject, Injectable } from '@nestjs/common';
import { toRunSummary, toTaskSummaries } from '../runs.mapper.js';
import { RunViewsService } from '../../../runs/run-views.service.js';
import type { ChangeSet } from './pending-changes.js';

const RUNS_AT_ONCE = 200;

/** Reads what changed and makes events of it: one query for all runs, two for the tasks of each. */
@Injectable()
export class EventSources {
  constructor(@Inject(RunViewsService) private readonly views: RunViewsService) {}

  async read(changes: ChangeSet): Promise<readonly StreamEvent[]> {
    const events: StreamEvent[] = changes.deletedRuns.map((id) => ({ type: 'run-deleted', id }));
    // Tasks first: a run that says it is finished shall not be seen before its last task is.
    for (const [runId, paths] of changes.tasks) {
      const { tasks, metrics } = await this.views.listChangedTasks(runId, [...paths]);
      if (tasks.length > 0) events.push({ type: 'tasks', run_id: runId, tasks: toTaskSummaries(tasks, metrics) });
    }
    for (let from = 0; from < changes.runs.length; from += RUNS_AT_ONCE) {
      const runs = await this.views.findMany(changes.runs.slice(from, from + RUNS_AT_ONCE));
      events.push(...runs.map((named): StreamEvent => ({ type: 'run', run: toRunSummary(named) })));
    }
    return [...events, ...changes.others.map(({ kind, id }): StreamEvent => ({ type: 'changed', kind, id }))];
  }
}

import type { Database } from '@millrace/database';
import { isPipelineError } from '@millrace/errors';
import { isMetricName } from '@millrace/run-controller';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../options.js';
import { DATABASE, SETTINGS } from '../tokens.js';
import { findTask } from './find-task.js';

export interface ReportedMetric {
  readonly name: string;
  readonly nodeId: string;
  readonly value: number | undefined;
}

export interface MetricReport extends ReportedMetric {
  readonly status: 'OK' | 'INVALID_ARGUMENT' | 'DUPLICATE_REPORTING';
  readonly message?: string;
}

/** Metrics that a client adds to the tasks of a run. */
@Injectable()
export class RunMetricsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Stores those that can be; each has its own answer. A metric that a task has already stays as it is. */
  async report(runId: string, reported: readonly ReportedMetric[]): Promise<readonly MetricReport[]> {
    await this.database.runs.get(runId);
    const known = new Set((await this.database.artifacts.listMetrics([runId])).map(({ taskId, name }) => `${taskId} ${name}`));
    const metrics: { taskId: string; name: string; value: number }[] = [];
    const results: MetricReport[] = [];
    for (const metric of reported) {
      const { name, nodeId, value } = metric;
      const taskId = await this.#taskOf(runId, nodeId);
      const fault = isMetricName(name) ? undefined : `"${name}" is no name of a metric: letters, digits, "-" and "_", at most 64, a letter first.`;
      if (fault !== undefined) results.push({ ...metric, status: 'INVALID_ARGUMENT', message: fault });
      else if (value === undefined || !Number.isFinite(value)) results.push({ ...metric, status: 'INVALID_ARGUMENT', message: `Metric "${name}" has no number.` });
      else if (taskId === undefined) results.push({ ...metric, status: 'INVALID_ARGUMENT', message: `Run ${runId} has no node "${nodeId}".` });
      else if (known.has(`${taskId} ${name}`)) results.push({ ...metric, status: 'DUPLICATE_REPORTING', message: `Metric "${name}" of node "${nodeId}" was reported before.` });
      else {
        known.add(`${taskId} ${name}`);
        metrics.push({ taskId, name, value });
        results.push({ ...metric, status: 'OK' });
      }
    }
    if (metrics.length > 0) await this.database.runs.record({ runId, at: this.settings.clock(), metrics });
    return results;
  }

  async #taskOf(runId: string, nodeId: string): Promise<string | undefined> {
    try {
      return (await findTask(this.database, runId, nodeId)).task.id;
    } catch (error) {
      if (isPipelineError(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }
}

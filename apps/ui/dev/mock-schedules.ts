import { millrace, type RecurringRunDetail, type RecurringRunSummary, type RunSummary } from '@millrace/api-contract';
import { upcomingSlots } from '@millrace/scheduling';
import { z } from 'zod';
import { toTrigger } from '../src/features/recurring-runs/lib/to-trigger';
import { uuid, type Scenario } from './scenario';

type Trigger = RecurringRunSummary['trigger'];
type WireTrigger = { cron_schedule?: { cron?: string; start_time?: string; end_time?: string }; periodic_schedule?: { interval_second?: string; start_time?: string; end_time?: string } };

const ZONE = 'Europe/Berlin';
const DAY_MS = 86_400_000;

/** Made-up recurring runs; nothing of theirs is run. */
export class MockSchedules {
  readonly #rows: RecurringRunDetail[] = [];

  constructor(private readonly scenario: Scenario) {
    const [pipeline] = scenario.pipelines;
    const [experiment, second] = scenario.experiments;
    if (!pipeline || !experiment) return;
    const [version] = scenario.versions.filter((each) => each.pipeline_id === pipeline.pipeline_id);
    const runs = [...scenario.runs.values()].map(({ detail }) => detail.run).filter((run) => run.pipeline?.id === pipeline.pipeline_id);
    const add = (name: string, trigger: Trigger, more: Partial<RecurringRunSummary> = {}, parameters = {}) => {
      const created_at = new Date(Date.now() - 9 * DAY_MS).toISOString();
      const recurring_run: RecurringRunSummary = {
        id: uuid(), name, description: '', enabled: true, trigger, no_catchup: true, max_concurrency: 1, experiment: { id: experiment.experiment_id, name: experiment.display_name },
        pipeline: { id: pipeline.pipeline_id, name: pipeline.display_name }, pipeline_name: pipeline.name, created_at, updated_at: created_at, latest_runs: [], ...more,
      };
      this.#rows.push({ recurring_run, parameters, service_account: 'pipeline-runner', pipeline_spec: (version?.pipeline_spec ?? undefined) as never, next_times: [] });
      return recurring_run;
    };
    const nightly = add('Nightly fine-tune', { kind: 'cron', cron: '0 30 2 * * *', time_zone: ZONE }, { description: 'Fresh tickets, same folds.' }, { dataset_uri: 's3://tickets/[[ScheduledTime.2006-01-02]]', epochs: 3 });
    this.#claim(nightly, runs.slice(0, 4));
    add('Drift check', { kind: 'interval', seconds: 900 }, { max_concurrency: 2, ...(version && { version: { id: version.pipeline_version_id, name: version.display_name } }), ...(second && { experiment: { id: second.experiment_id, name: second.display_name } }) });
    add('每周报告', { kind: 'cron', cron: 'TZ=Asia/Shanghai 0 0 9 * * MON', time_zone: 'Asia/Shanghai' }, { enabled: false });
    add('Retrain on release', { kind: 'cron', cron: '0 0 9,17 * * *', time_zone: ZONE }, { error: `The run of 2026-11-22T08:00:00Z could not be started. Its pipeline ${uuid()} is gone; make a recurring run of another one.`, pipeline: { id: uuid(), name: '' } });
  }

  list(query: URLSearchParams): unknown {
    const text = (query.get('q') ?? '').toLowerCase();
    const enabled = query.get('enabled');
    const rows = this.#rows.map((row) => this.#told(row).recurring_run).filter((run) => run.name.toLowerCase().includes(text) && (enabled === null || String(run.enabled) === enabled));
    return z.parse(millrace.recurringRunList, { recurring_runs: rows, total_size: rows.length });
  }

  get(id: string): unknown {
    const row = this.#rows.find((each) => each.recurring_run.id === id);
    return row && z.parse(millrace.recurringRunDetail, this.#told(row));
  }

  setEnabled(id: string, enabled: boolean): void {
    for (const { recurring_run } of this.#rows) if (recurring_run.id === id) recurring_run.enabled = enabled;
  }

  remove(id: string): void {
    this.#rows.splice(this.#rows.findIndex((row) => row.recurring_run.id === id), 1);
  }

  create(body: Record<string, unknown>): { recurring_run_id: string } {
    const reference = body['pipeline_version_reference'] as { pipeline_id: string; pipeline_version_id?: string } | undefined;
    const pipeline = this.scenario.pipelines.find((each) => each.pipeline_id === reference?.pipeline_id);
    const version = this.scenario.versions.find((each) => each.pipeline_version_id === reference?.pipeline_version_id);
    const experiment = this.scenario.experiments.find((each) => each.experiment_id === body['experiment_id']) ?? this.scenario.experiments.at(-1);
    const now = new Date().toISOString();
    const recurring_run: RecurringRunSummary = {
      id: uuid(), name: String(body['display_name']), description: String(body['description'] ?? ''), enabled: body['mode'] === 'ENABLE', trigger: triggerOf(body['trigger'] as WireTrigger),
      no_catchup: body['no_catchup'] === true, max_concurrency: Number(body['max_concurrency']), experiment: { id: experiment?.experiment_id ?? '', name: experiment?.display_name ?? '' },
      ...(pipeline && { pipeline: { id: pipeline.pipeline_id, name: pipeline.display_name } }), ...(version && { version: { id: version.pipeline_version_id, name: version.display_name } }),
      pipeline_name: pipeline?.name ?? '', created_at: now, updated_at: now, latest_runs: [],
    };
    const parameters = ((body['runtime_config'] as { parameters?: object } | undefined)?.parameters ?? {}) as RecurringRunDetail['parameters'];
    this.#rows.unshift({ recurring_run, parameters, service_account: 'pipeline-runner', next_times: [] });
    return { recurring_run_id: recurring_run.id };
  }

  #told({ recurring_run: run, ...rest }: RecurringRunDetail): RecurringRunDetail {
    const slots = upcomingSlots(toTrigger(run.trigger), { after: Date.now(), createdAt: Date.parse(run.created_at), count: 5, timeZone: ZONE }).map((slot) => new Date(slot).toISOString());
    return { ...rest, recurring_run: { ...run, ...(run.enabled && { next_run_at: slots[0] }) }, next_times: slots };
  }

  #claim(run: RecurringRunSummary, runs: readonly RunSummary[]): void {
    for (const each of runs) each.recurring_run = { id: run.id, name: run.name };
    run.latest_runs = runs.map(({ id, name, state }) => ({ id, name, state }));
  }
}

function triggerOf({ cron_schedule: cron, periodic_schedule: periodic }: WireTrigger): Trigger {
  const span = (from: { start_time?: string; end_time?: string }) => ({ ...(from.start_time && { start_at: from.start_time }), ...(from.end_time && { end_at: from.end_time }) });
  if (cron) return { kind: 'cron', cron: cron.cron ?? '', time_zone: /TZ=(\S+)/.exec(cron.cron ?? '')?.[1] ?? ZONE, ...span(cron) };
  return periodic ? { kind: 'interval', seconds: Number(periodic.interval_second), ...span(periodic) } : { kind: 'once' };
}

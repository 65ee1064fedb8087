import type { RunDetail, RunList, RunSummary } from '@millrace/api-contract';
import type { QueryClient } from '@tanstack/react-query';
import { isActive } from '@/states/visual-state';
import { applyToList, applyToRun } from './apply-event';
import { keys } from './query-keys';
import type { StreamMessage } from './shared-stream';

const REMEMBERED = 1000;

export type RunListener = (run: RunSummary) => void;

/** Carries the stream's events into the query cache. */
export class LiveCache {
  readonly #recent: StreamMessage[] = [];
  readonly #runListeners = new Set<RunListener>();
  readonly #activity = new Map<string, boolean>();
  #counting: ReturnType<typeof setTimeout> | undefined;
  #refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  /** Told of each run that changed or appeared: a list counts those it does not show yet. */
  onRun(listener: RunListener): () => void {
    this.#runListeners.add(listener);
    return () => this.#runListeners.delete(listener);
  }

  apply(message: StreamMessage): void {
    const { event, id } = message;
    switch (event.type) {
      case 'hello':
        return;
      case 'reset':
        this.#recent.length = 0;
        void this.client.invalidateQueries();
        return;
      case 'run':
        this.#remember(message);
        this.client.setQueryData<RunDetail>(keys.run(event.run.id), (detail) => detail && applyToRun(detail, event, id));
        this.#applyToLists(event.run);
        this.#noteActivity(event.run);
        if (event.run.recurring_run) this.#refreshSchedules();
        return;
      case 'tasks':
        this.#remember(message);
        this.client.setQueryData<RunDetail>(keys.run(event.run_id), (detail) => detail && applyToRun(detail, event, id));
        for (const task of event.tasks) void this.client.invalidateQueries({ queryKey: keys.task(event.run_id, task.id) });
        if (event.tasks.some((task) => task.state === 'SUCCEEDED')) void this.client.invalidateQueries({ queryKey: keys.runArtifacts(event.run_id) });
        return;
      case 'run-deleted':
        this.client.removeQueries({ queryKey: keys.run(event.id) });
        void this.client.invalidateQueries({ queryKey: keys.allRuns });
        this.#count();
        return;
      case 'changed':
        if (event.kind === 'recurring-run') this.#refreshSchedules();
        else void this.client.invalidateQueries({ queryKey: event.kind === 'experiment' ? keys.experiments : keys.pipelines });
        return;
    }
  }

  /** What was fetched may be older than what the stream has told meanwhile. */
  catchUp(detail: RunDetail): RunDetail {
    return this.#recent.reduce((current, { event, id }) => applyToRun(current, event, id), detail);
  }

  #applyToLists(run: RunSummary): void {
    for (const [key, list] of this.client.getQueriesData<RunList>({ queryKey: keys.allRuns })) {
      const next = list && applyToList(list, run);
      if (next !== list) this.client.setQueryData(key, next);
    }
    for (const listener of this.#runListeners) listener(run);
  }

  #noteActivity(run: RunSummary): void {
    const active = isActive(run);
    if (this.#activity.get(run.id) === active) return;
    this.#activity.set(run.id, active);
    this.#count();
  }

  /** A schedule of every second would have its page ask all the time. */
  #refreshSchedules(): void {
    if (this.#refreshing !== undefined) return;
    this.#refreshing = setTimeout(() => {
      this.#refreshing = undefined;
      void this.client.invalidateQueries({ queryKey: keys.recurringRuns });
    }, 500);
  }

  #count(): void {
    if (this.#counting !== undefined) return;
    this.#counting = setTimeout(() => {
      this.#counting = undefined;
      void this.client.invalidateQueries({ queryKey: keys.liveCount });
    }, 300);
  }

  #remember(message: StreamMessage): void {
    this.#recent.push(message);
    if (this.#recent.length > REMEMBERED) this.#recent.splice(0, REMEMBERED / 2);
  }
}

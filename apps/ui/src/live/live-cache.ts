import type { RunDetail, RunList, RunSummary } from '@millrace/api-contract';
import type { Query, QueryCacheNotifyEvent, QueryClient, QueryFilters } from '@tanstack/react-query';
import { isActive } from '@/states/visual-state';
import { applyToList, applyToRun, isNewer } from './apply-event';
import { keys } from './query-keys';
import type { StreamMessage } from './shared-stream';

const REMEMBERED = 1000;

export type RunListener = (run: RunSummary) => void;

/** Carries the stream's events into the query cache. */
export class LiveCache {
  readonly #recent: StreamMessage[] = [];
  readonly #runListeners = new Set<RunListener>();
  readonly #activity = new Map<string, boolean>();
  /** Whose first answer is on its way and may be old, with how to tell. */
  readonly #onTheWay = new Map<Query, (query: Query) => boolean>();
  #isGreeted = false;
  #counting: ReturnType<typeof setTimeout> | undefined;
  #refreshing: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {
    client.getQueryCache().subscribe((event) => this.#onQuery(event));
  }

  /** Told of each run that changed or appeared: a list counts those it does not show yet. */
  onRun(listener: RunListener): () => void {
    this.#runListeners.add(listener);
    return () => this.#runListeners.delete(listener);
  }

  apply(message: StreamMessage): void {
    const { event, id } = message;
    switch (event.type) {
      case 'hello':
        // What was asked for before the stream stood may lack what happened in between. Later gaps are told as resets.
        if (!this.#isGreeted) this.refetch({ predicate: (query) => !includes(query.state.data, event.revision) });
        this.#isGreeted = true;
        return;
      case 'reset':
        this.#recent.length = 0;
        this.refetch();
        return;
      case 'run':
        this.#remember(message);
        this.client.setQueryData<RunDetail>(keys.run(event.run.id), (detail) => detail && applyToRun(detail, event, id));
        this.#applyToLists(event.run, id);
        this.#noteActivity(event.run);
        if (event.run.recurring_run) this.#refreshSchedules();
        return;
      case 'tasks':
        this.#remember(message);
        this.client.setQueryData<RunDetail>(keys.run(event.run_id), (detail) => detail && applyToRun(detail, event, id));
        for (const task of event.tasks) this.refetch({ queryKey: keys.task(event.run_id, task.id) });
        if (event.tasks.some((task) => task.state === 'SUCCEEDED')) this.refetch({ queryKey: keys.runArtifacts(event.run_id) });
        return;
      case 'run-deleted':
        this.client.removeQueries({ queryKey: keys.run(event.id) });
        this.refetch({ queryKey: keys.allRuns });
        this.#count();
        return;
      case 'changed':
        if (event.kind === 'recurring-run') this.#refreshSchedules();
        else this.refetch({ queryKey: event.kind === 'experiment' ? keys.experiments : keys.pipelines });
        return;
    }
  }

  /** What was fetched may be older than what the stream has told meanwhile. */
  catchUpRun(detail: RunDetail): RunDetail {
    return this.#recent.reduce((current, { event, id }) => applyToRun(current, event, id), detail);
  }

  /** As `catchUpRun`, for the rows that are on the list. */
  catchUpList(list: RunList): RunList {
    return this.#recent.reduce((current, { event, id }) => (event.type === 'run' ? applyToList(current, event.run, id) : current), list);
  }

  /** Has what is shown of these fetched again; one whose first answer is on its way, which may be from before, as soon as that is there. */
  refetch(filters: QueryFilters = {}): void {
    for (const query of this.client.getQueryCache().findAll({ ...filters, predicate: undefined, fetchStatus: 'fetching' })) {
      if (query.state.data === undefined) this.#onTheWay.set(query, filters.predicate ?? (() => true));
    }
    void this.client.invalidateQueries(filters);
  }

  #onQuery({ query }: QueryCacheNotifyEvent): void {
    const isOld = this.#onTheWay.get(query);
    if (!isOld || query.state.fetchStatus === 'fetching') return;
    this.#onTheWay.delete(query);
    if (isOld(query)) void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true });
  }

  #applyToLists(run: RunSummary, eventId: string): void {
    for (const [key, list] of this.client.getQueriesData<RunList>({ queryKey: keys.allRuns })) {
      const next = list && applyToList(list, run, eventId);
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
      this.refetch({ queryKey: keys.recurringRuns });
    }, 500);
  }

  #count(): void {
    if (this.#counting !== undefined) return;
    this.#counting = setTimeout(() => {
      this.#counting = undefined;
      this.refetch({ queryKey: keys.liveCount });
    }, 300);
  }

  #remember(message: StreamMessage): void {
    this.#recent.push(message);
    if (this.#recent.length > REMEMBERED) this.#recent.splice(0, REMEMBERED / 2);
  }
}

/** Whether data tells that it is at least as new as a revision; most data does not tell. */
function includes(data: unknown, revision: string): boolean {
  const own = typeof data === 'object' && data !== null && 'revision' in data ? data.revision : undefined;
  return typeof own === 'string' && !isNewer(revision, own);
}

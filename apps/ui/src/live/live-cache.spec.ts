import type { RunList, RunSummary } from '@millrace/api-contract';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveCache } from './live-cache';
import { keys } from './query-keys';

const query = {};
const run = (id: string, state: RunSummary['state']) => ({ id, state }) as RunSummary;
const list = (revision: string, ...runs: RunSummary[]): RunList => ({ runs, total_size: runs.length, revision });
const hello = (revision: string) => ({ id: revision, event: { type: 'hello', revision, server_time: '2026-11-23T00:00:00Z' } }) as const;

/** A list on a page, whose answers the test gives. */
function shown(queryKey: readonly unknown[] = keys.runs(query)) {
  const client = new QueryClient();
  const live = new LiveCache(client);
  const asked: PromiseWithResolvers<unknown>[] = [];
  const observer = new QueryObserver<unknown>(client, {
    queryKey,
    queryFn: async () => {
      const answer = Promise.withResolvers<unknown>();
      asked.push(answer);
      const data = await answer.promise;
      return queryKey[0] === 'runs' ? live.catchUpList(data as RunList) : data;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  stops.push(observer.subscribe(() => {}));
  const data = () => client.getQueryData(queryKey);
  const answer = async (index: number, value: unknown) => {
    asked[index]?.resolve(value);
    await vi.waitFor(() => expect(data()).toEqual(value));
  };
  return { live, asked, answer, data };
}

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

describe('data that was read before the stream stood', () => {
  it('is fetched again when something happened in between', async () => {
    const { live, asked, answer } = shown();
    await answer(0, list('5.a'));
    live.apply(hello('6.a'));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  it('is left as it is when nothing did', async () => {
    const { live, asked, answer } = shown();
    await answer(0, list('6.a'));
    live.apply(hello('6.a'));
    await settle();
    expect(asked).toHaveLength(1);
  });

  it('is fetched again when its answer comes after the greeting and tells an older revision', async () => {
    const { live, asked, answer } = shown();
    live.apply(hello('6.a'));
    await settle();
    expect(asked).toHaveLength(1);
    await answer(0, list('5.a'));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  it('is fetched again when it tells no revision, and once only', async () => {
    const { live, asked, answer } = shown(keys.pipelines);
    await answer(0, { pipelines: [] });
    live.apply(hello('6.a'));
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await answer(1, { pipelines: ['p'] });
    live.apply(hello('6.a'));
    await settle();
    expect(asked).toHaveLength(2);
  });
});

describe('an answer that was on its way when the stream told of a change', () => {
  it('has the rows of the event', async () => {
    const { live, asked, data } = shown();
    live.apply(hello('6.a'));
    live.apply({ id: '7.a', event: { type: 'run', run: run('r', 'SUCCEEDED') } });
    asked[0]?.resolve(list('6.a', run('r', 'RUNNING')));
    await vi.waitFor(() => expect(data()).toEqual(list('6.a', run('r', 'SUCCEEDED'))));
  });

  it('keeps rows that are newer than the event', async () => {
    const { live, answer } = shown();
    live.apply(hello('6.a'));
    live.apply({ id: '7.a', event: { type: 'run', run: run('r', 'RUNNING') } });
    await answer(0, list('8.a', run('r', 'SUCCEEDED')));
  });

  it('is followed by another where events say only that something changed', async () => {
    const { live, asked, answer } = shown(keys.pipelines);
    live.apply(hello('6.a'));
    await answer(0, { pipelines: [] });
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await answer(1, { pipelines: ['p'] });
    live.apply({ id: '7.a', event: { type: 'changed', kind: 'pipeline', id: 'q' } });
    await vi.waitFor(() => expect(asked).toHaveLength(3));
  });
});

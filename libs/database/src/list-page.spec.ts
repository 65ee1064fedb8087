import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import type { ListQuery, Predicate } from './list-query.js';
import type { Run } from './model.js';
import { aRun, aTask, anExperiment, DOCUMENTS } from './testing/builders.js';
import { DIALECTS, openTestDatabase } from './testing/test-databases.js';

describe.each(DIALECTS)('lists on %s', (dialect) => {
  let database: Database;
  beforeAll(async () => void (database = await openTestDatabase(dialect)));
  afterAll(() => database.close());

  const store = async (runs: readonly Partial<Run>[]): Promise<string> => {
    const namespace = randomUUID();
    for (const run of runs) await database.runs.create(aRun({ namespace, ...run }), DOCUMENTS, {});
    return namespace;
  };
  const namesOf = async (query: ListQuery & { namespace: string }): Promise<string[]> => (await database.runs.list(query)).items.map(({ displayName }) => displayName);
  const walk = async (query: ListQuery & { namespace: string }): Promise<Run[]> => {
    const items: Run[] = [];
    let pageToken: string | undefined;
    do {
      const page = await database.runs.list({ ...query, pageToken });
      items.push(...page.items);
      pageToken = page.nextPageToken;
    } while (pageToken);
    return items;
  };

  it('gives 20 oldest first unless told otherwise, at most 200, and no page below zero', async () => {
    const namespace = await store(Array.from({ length: 210 }, (_, index) => ({ displayName: `run-${index}`, createdAt: new Date(index * 1_000) })));
    const page = await database.runs.list({ namespace });
    expect(page.items.map(({ displayName }) => displayName)).toEqual(Array.from({ length: 20 }, (_, index) => `run-${index}`));
    expect(page.totalSize).toBe(210);
    expect((await database.runs.list({ namespace, pageSize: 0 })).items).toHaveLength(20);
    expect((await database.runs.list({ namespace, pageSize: 1_000 })).items).toHaveLength(200);
    await expect(database.runs.list({ namespace, pageSize: -1 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'The page size should be greater than 0. Got -1' });
    expect(await walk({ namespace, pageSize: 199 })).toHaveLength(210);
  });

  it('walks every order in pages without losing or repeating a row, through ties and missing values', async () => {
    const states = ['RUNNING', 'FAILED', 'SUCCEEDED'] as const;
    // A fixed sequence that looks random, so that a failure comes back.
    let seed = 7;
    const below = (limit: number): number => (seed = (seed * 48_271) % 2_147_483_647) % limit;
    const namespace = await store(
      Array.from({ length: 60 }, () => ({
        displayName: ['a', 'A', 'b', '中', '🎉', ' b'][below(6)]!,
        state: states[below(3)]!,
        createdAt: new Date(below(4) * 500),
        ...(below(3) > 0 && { finishedAt: new Date(below(5)) }),
        ...(below(2) > 0 && { recurringRunId: `r${below(3)}` }),
      })),
    );
    const order = new TextEncoder();
    const bytes = (text: string): string => Buffer.from(order.encode(text)).toString('hex');
    const keys: Record<string, (run: Run) => string | number | undefined> = {
      created_at: (run) => run.createdAt.getTime(),
      name: (run) => bytes(run.displayName),
      state: (run) => run.state,
      id: (run) => run.id,
      finished_at: (run) => run.finishedAt?.getTime(),
      recurring_run_id: (run) => run.recurringRunId,
    };
    const all = await walk({ namespace, pageSize: 200 });
    for (const [field, keyOf] of Object.entries(keys)) {
      const sorted = [...all].sort((a, b) => {
        const [keyA, keyB] = [keyOf(a), keyOf(b)];
        if (keyA !== keyB) return keyA === undefined ? -1 : keyB === undefined ? 1 : keyA < keyB ? -1 : 1;
        return a.id < b.id ? -1 : 1;
      });
      for (const pageSize of [1, 7, 25]) {
        expect((await walk({ namespace, sortBy: field, pageSize })).map(({ id }) => id), `${field} asc by ${pageSize}`).toEqual(sorted.map(({ id }) => id));
        expect((await walk({ namespace, sortBy: `${field} DESC`, pageSize })).map(({ id }) => id), `${field} desc by ${pageSize}`).toEqual(sorted.map(({ id }) => id).toReversed());
      }
    }
  });

  it('goes on with sort order and filter of the token, and refuses others', async () => {
    const namespace = await store(['c', 'a', 'b', 'x'].map((displayName) => ({ displayName })));
    const filter: Predicate[] = [{ operation: 'NOT_EQUALS', key: 'name', value: 'x' }];
    const { nextPageToken: pageToken } = await database.runs.list({ namespace, pageSize: 1, sortBy: 'name desc', filter });
    expect(await namesOf({ namespace, pageToken })).toEqual(['b', 'a']);
    expect(await namesOf({ namespace, pageToken, sortBy: '', filter: [] })).toEqual(['b', 'a']);
    expect(await namesOf({ namespace, pageToken, sortBy: 'name desc', filter })).toEqual(['b', 'a']);
    const mismatch = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('page token does not match the supplied sort by and/or filtering criteria') };
    await expect(database.runs.list({ namespace, pageToken, sortBy: 'name asc' })).rejects.toMatchObject(mismatch);
    await expect(database.runs.list({ namespace, pageToken, filter: [{ operation: 'EQUALS', key: 'name', value: 'x' }] })).rejects.toMatchObject(mismatch);
  });

  it('stays in place while rows come and go', async () => {
    const namespace = await store([1, 2, 3, 4].map((hour) => ({ displayName: `${hour}`, createdAt: new Date(hour * 3_600_000) })));
    const first = await database.runs.list({ namespace, pageSize: 2 });
    await database.runs.create(aRun({ namespace, displayName: '0', createdAt: new Date(0) }), DOCUMENTS, {});
    await database.runs.delete(first.items[1]!.id);
    expect(await namesOf({ namespace, pageToken: first.nextPageToken })).toEqual(['3', '4']);
  });

  it('refuses every broken token in KFP\'s words', async () => {
    const namespace = await store([{}, {}]);
    const good = JSON.parse(Buffer.from((await database.runs.list({ namespace, pageSize: 1 })).nextPageToken!, 'base64url').toString()) as unknown[];
    const broken = [
      ['Experiment', ...good.slice(1)],
      [good[0], 'nothing', ...good.slice(2)],
      [good[0], 'created_at; DROP TABLE runs', ...good.slice(2)],
      [...good.slice(0, 2), 'yes', ...good.slice(3)],
      [...good.slice(0, 3), [{ operation: 'DROP', key: 'name', value: '' }], ...good.slice(4)],
      [...good.slice(0, 3), [{ operation: 'EQUALS', key: 'nothing', value: '' }], ...good.slice(4)],
      [...good.slice(0, 3), [null], ...good.slice(4)],
      [...good.slice(0, 4), 'text', ...good.slice(5)],
      [...good.slice(0, 4), null, ...good.slice(5)],
      [...good.slice(0, 5), 7, good[6]],
      [...good.slice(0, 6), -1],
      good.slice(0, 6),
      { ...good },
      null,
    ];
    for (const parts of broken) {
      const pageToken = Buffer.from(JSON.stringify(parts)).toString('base64url');
      await expect(database.runs.list({ namespace, pageToken }), `token ${JSON.stringify(parts)}`).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'Invalid page token' });
    }
    await expect(database.runs.list({ namespace, pageToken: 'no token' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: 'Invalid page token' });
    expect((await database.runs.list({ namespace, pageToken: Buffer.from(JSON.stringify(good)).toString('base64url') })).items).toHaveLength(1);
  });

  it.each([
    ['nothing', 'Invalid sorting field: "nothing" on listable type Run'],
    ['toString', 'Invalid sorting field: "toString" on listable type Run'],
    ['metric:', 'Invalid sorting field: "metric:" on listable type Run'],
    ['name up', 'Received invalid sort by format "name up". Supported format: "field_name", "field_name desc", or "field_name asc"'],
    ['state_history', 'Run lists cannot be filtered or sorted by "state_history": filter by "state", "created_at" or "finished_at".'],
  ])('refuses to sort by "%s"', async (sortBy, message) => {
    await expect(database.runs.list({ sortBy })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it.each([
    [{ operation: 'EQUALS', key: 'nothing', value: 'x' }, 'no support for filtering on unrecognized field "nothing"'],
    [{ operation: 'EQUALS', key: 'constructor', value: 'x' }, 'no support for filtering on unrecognized field "constructor"'],
    [{ operation: 'EQUALS', key: 'tags.a', value: 'x' }, 'no support for filtering on unrecognized field "tags.a"'],
    [{ operation: 'IN', key: 'name', value: 'x' }, 'The operation IN on "name" needs an array of values.'],
    [{ operation: 'EQUALS', key: 'name', value: ['x'] }, 'The operation EQUALS on "name" needs one value.'],
    [{ operation: 'IS_SUBSTRING', key: 'name', value: 7 }, 'The operation IS_SUBSTRING on "name" needs a text.'],
    [{ operation: 'LIKE', key: 'name', value: 'x' }, 'The operation "LIKE" on "name" is unknown; known are EQUALS, NOT_EQUALS, GREATER_THAN, GREATER_THAN_EQUALS, LESS_THAN, LESS_THAN_EQUALS, IN, IS_SUBSTRING.'],
    [{ operation: 'EQUALS', key: 'created_at', value: 'yesterday' }, 'The filter on "created_at" needs a time: RFC 3339 ("2026-01-31T12:00:00Z") or seconds since 1970.'],
    [{ operation: 'IS_SUBSTRING', key: 'created_at', value: '2026' }, 'The operation IS_SUBSTRING on "created_at" needs a field that is a text.'],
  ])('refuses the filter %j', async (predicate, message) => {
    await expect(database.runs.list({ filter: [predicate as Predicate] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it('compares texts by their exact characters', async () => {
    const namespace = await store(['a', 'A', 'b', 'c'].map((displayName) => ({ displayName })));
    const found = async (operation: string, value: unknown): Promise<string[]> => (await namesOf({ namespace, sortBy: 'name', filter: [{ operation, key: 'name', value } as Predicate] }));
    expect(await found('EQUALS', 'a')).toEqual(['a']);
    expect(await found('NOT_EQUALS', 'a')).toEqual(['A', 'b', 'c']);
    expect(await found('GREATER_THAN', 'a')).toEqual(['b', 'c']);
    expect(await found('GREATER_THAN_EQUALS', 'a')).toEqual(['a', 'b', 'c']);
    expect(await found('LESS_THAN', 'a')).toEqual(['A']);
    expect(await found('LESS_THAN_EQUALS', 'a')).toEqual(['A', 'a']);
    expect(await found('IN', ['a', 'c', 'nope'])).toEqual(['a', 'c']);
    expect(await found('IN', [])).toEqual([]);
  });

  it('finds a part of a name in any case, with % and _ meaning themselves', async () => {
    const namespace = await store(['Nightly 100%', 'nightly_run', 'ÉCOLE', '训练-Run', `it's|a \\ path`].map((displayName) => ({ displayName })));
    const found = (value: string): Promise<string[]> => namesOf({ namespace, sortBy: 'name', filter: [{ operation: 'IS_SUBSTRING', key: 'name', value }] });
    expect(await found('NIGHT')).toEqual(['Nightly 100%', 'nightly_run']);
    expect(await found('%')).toEqual(['Nightly 100%']);
    expect(await found('_')).toEqual(['nightly_run']);
    expect(await found('école')).toEqual(['ÉCOLE']);
    expect(await found('练-r')).toEqual(['训练-Run']);
    expect(await found(`'S|A \\`)).toEqual([`it's|a \\ path`]);
    expect(await found('')).toHaveLength(5);
    expect(await found('x')).toEqual([]);
  });

  it('compares times as times, however they are written, in the precision they are written in', async () => {
    const at = (text: string): Partial<Run> => ({ displayName: text, createdAt: new Date(`2026-01-01T${text}Z`) });
    const namespace = await store([at('00:00:04.999'), at('00:00:05.000'), at('00:00:05.300'), at('00:00:06.000')]);
    const found = async (operation: string, value: unknown): Promise<string[]> => namesOf({ namespace, filter: [{ operation, key: 'created_at', value } as Predicate] });
    const second = ['00:00:05.000', '00:00:05.300'];
    for (const same of ['2026-01-01T00:00:05Z', '2026-01-01T08:00:05+08:00', '2026-01-01 00:00:05', 1_767_225_605, '1767225605']) {
      expect(await found('EQUALS', same), `${same}`).toEqual(second);
      expect(await found('NOT_EQUALS', same)).toEqual(['00:00:04.999', '00:00:06.000']);
      expect(await found('GREATER_THAN', same)).toEqual(['00:00:06.000']);
      expect(await found('GREATER_THAN_EQUALS', same)).toEqual([...second, '00:00:06.000']);
      expect(await found('LESS_THAN', same)).toEqual(['00:00:04.999']);
      expect(await found('LESS_THAN_EQUALS', same)).toEqual(['00:00:04.999', ...second]);
      expect(await found('IN', [same])).toEqual(second);
    }
    expect(await found('EQUALS', '2026-01-01T00:00:05.300Z')).toEqual(['00:00:05.300']);
    expect(await found('EQUALS', new Date('2026-01-01T00:00:05Z'))).toEqual(['00:00:05.000']);
    expect(await found('GREATER_THAN', new Date('2026-01-01T00:00:05Z'))).toEqual(['00:00:05.300', '00:00:06.000']);
    expect(await found('GREATER_THAN', '2000-01-01T00:00:00Z')).toHaveLength(4);
    expect(await found('LESS_THAN', 1e12)).toHaveLength(4);
    expect(await found('GREATER_THAN', -1e12)).toHaveLength(4);
    expect(await found('IN', [])).toEqual([]);
  });

  it('takes "not set" for the empty text, as KFP stores it', async () => {
    const namespace = await store([{ displayName: 'set', recurringRunId: 'x' }, { displayName: 'unset' }]);
    const found = async (operation: string, value: string): Promise<string[]> => namesOf({ namespace, filter: [{ operation, key: 'recurring_run_id', value } as Predicate] });
    expect(await found('EQUALS', '')).toEqual(['unset']);
    expect(await found('NOT_EQUALS', '')).toEqual(['set']);
    expect(await found('NOT_EQUALS', 'y')).toHaveLength(2);
  });

  it('keeps all conditions of a filter, and the scope', async () => {
    const experiment = await database.experiments.create(anExperiment());
    const namespace = await store([
      { displayName: 'wanted', state: 'FAILED', experimentId: experiment.id },
      { displayName: 'succeeded', state: 'SUCCEEDED', experimentId: experiment.id },
      { displayName: 'wanted elsewhere', state: 'FAILED' },
    ]);
    const filter: Predicate[] = [{ operation: 'EQUALS', key: 'state', value: 'FAILED' }, { operation: 'IS_SUBSTRING', key: 'display_name', value: 'WANT' }, { operation: 'EQUALS', key: 'storage_state', value: 'AVAILABLE' }];
    const page = await database.runs.list({ namespace, experimentId: experiment.id, filter });
    expect(page.items.map(({ displayName }) => displayName)).toEqual(['wanted']);
    expect(page.totalSize).toBe(1);
  });

  it('sorts runs by a metric, runs without it where missing values belong', async () => {
    const namespace = randomUUID();
    for (const [displayName, values] of Object.entries({ low: [0.1], best: [0.2, 0.9], none: [], middle: [0.5] })) {
      const run = aRun({ namespace, displayName });
      const tasks = values.map((_, position) => aTask({ runId: run.id, taskKey: `t${position}`, position }));
      await database.runs.create(run, DOCUMENTS, { newTasks: tasks, metrics: values.map((value, index) => ({ taskId: tasks[index]!.id, name: 'val acc', value })) });
    }
    expect((await walk({ namespace, sortBy: 'metric:val acc desc', pageSize: 1 })).map(({ displayName }) => displayName)).toEqual(['best', 'middle', 'low', 'none']);
    expect((await walk({ namespace, sortBy: 'metric:val acc', pageSize: 1 })).map(({ displayName }) => displayName)).toEqual(['none', 'low', 'middle', 'best']);
  });
});

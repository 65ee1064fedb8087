import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type * as promises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LateSync } from './late-sync.js';

const opened: string[] = [];
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof promises>();
  return { ...actual, open: (path: string) => (opened.push(path), actual.open(path)) };
});

describe('what is synced later', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-sync-'));
    opened.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const written = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, name);
    return path;
  };

  it('is synced once after a moment, what comes meanwhile after another', async () => {
    const sync = new LateSync(20);
    const [one, two] = [written('one'), written('two')];
    sync.add(one);
    sync.add(one);
    expect(opened).toEqual([]);
    await vi.waitFor(() => expect(opened).toEqual([one]));
    sync.add(two);
    await vi.waitFor(() => expect(opened).toEqual([one, two]));
  });

  it('is synced at once when that is asked, and what is gone is passed over', async () => {
    const sync = new LateSync(60_000);
    const there = written('there');
    sync.add(join(folder, 'gone'));
    sync.add(there);
    await sync.flush();
    expect(opened).toEqual([join(folder, 'gone'), there]);
    await sync.flush();
    expect(opened).toHaveLength(2);
  });
});

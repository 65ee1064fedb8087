import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogLine, LogPage } from '@millrace/resources';
import { createAttemptLogs } from './attempt-logs.js';
import { encodeIndexRecord } from './log-index.js';

const ref = { namespace: 'default', workflow: 'run', nodeId: 'one' };
let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-logs-'));
  folder = join(root, 'attempts', 'run', 'one');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const logs = () => createAttemptLogs(root, (asked) => (asked.workflow === 'run' ? `run/${asked.nodeId}` : undefined));

/** Writes chunks as a supervisor does. */
function write(chunks: readonly { data: Buffer; time?: number; stream?: 'stdout' | 'stderr' }[], over = true): Buffer {
  let all = Buffer.alloc(0);
  const records: Buffer[] = [];
  for (const { data, time = 1, stream = 'stdout' } of chunks) {
    records.push(encodeIndexRecord({ offset: all.length, line: all.toString('latin1').split('\n').length, time, stream }));
    all = Buffer.concat([all, data]);
  }
  writeFileSync(join(folder, 'log'), all);
  writeFileSync(join(folder, 'log.index'), Buffer.concat(records));
  if (over) writeFileSync(join(folder, 'exit.json'), '{"reason":"exited","exitCode":0,"finishedAt":1}');
  return all;
}

async function readAll(limitBytes: number): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  let page: LogPage;
  let from = 0;
  do {
    page = await logs().read(ref, { from, limitBytes });
    lines.push(...page.lines);
    if (!page.complete && page.nextOffset === from) throw new Error('no progress');
    from = page.nextOffset;
  } while (!page.complete);
  return lines;
}

describe('attempt logs', () => {
  it('tell number, offset, time and stream of each line', async () => {
    write([
      { data: Buffer.from('one\ntwo'), time: 10 },
      { data: Buffer.from('-2\r\n'), time: 20 },
      { data: Buffer.from('oops\n'), time: 30, stream: 'stderr' },
    ]);
    expect((await logs().read(ref)).lines).toEqual([
      { number: 1, offset: 0, time: 10, stream: 'stdout', text: 'one' },
      { number: 2, offset: 4, time: 10, stream: 'stdout', text: 'two-2' },
      { number: 3, offset: 11, time: 30, stream: 'stderr', text: 'oops' },
    ]);
  });

  it('read page by page are the same lines as read at once, whatever the bytes and the size of a page', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Buffer.from('\n')), fc.constant(Buffer.from('é\n')))), fc.integer({ min: 50, max: 400 }), async (parts, limit) => {
        // Lines that fit a page; longer ones are cut, which has its own tests.
        const chunks = parts.flatMap((data) => [{ data: Buffer.from(data) }, { data: Buffer.from('\n') }]);
        const all = write(chunks);
        const expected = all.toString('latin1').split('\n').slice(0, -1).map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1').toString('utf8'));
        const lines = await readAll(limit);
        expect(lines.map((line) => line.text)).toEqual(expected);
        expect(lines.map((line) => line.number)).toEqual(expected.map((_, at) => at + 1));
      }),
      { numRuns: 60 },
    );
  });

  it('find times in an index of any length, from any place', async () => {
    write(Array.from({ length: 3_000 }, (_, at) => ({ data: Buffer.from(`line ${at}\n`), time: at })));
    const lines = await readAll(5_000);
    expect(lines.map((line) => line.time)).toEqual(Array.from({ length: 3_000 }, (_, at) => at));
    for (const at of [2_999, 0, 1_500, 511, 512, 513]) {
      const page = await logs().read(ref, { from: lines[at]!.offset, limitBytes: 30 });
      expect(page.lines[0]).toEqual(lines[at]);
    }
  });

  it('cut a line at 16 KiB, between characters, and number the next one rightly', async () => {
    write([{ data: Buffer.from(`${'é'.repeat(400_000)}\nnext\n`) }]);
    const lines = await readAll(1000);
    expect(lines.map((line) => line.number)).toEqual([1, 2]);
    expect(lines[1]!.text).toBe('next');
    const whole = await logs().read(ref, { limitBytes: 1024 * 1024 });
    expect(whole.lines[0]!.text).toBe('é'.repeat(8192));
  });

  it('show the tail from its first whole line', async () => {
    write([{ data: Buffer.from(Array.from({ length: 1000 }, (_, at) => `line ${at + 1}\n`).join('')) }]);
    const page = await logs().read(ref, { from: 'tail', limitBytes: 25 });
    expect(page.lines.map((line) => [line.number, line.text])).toEqual([[999, 'line 999'], [1000, 'line 1000']]);
    expect(page).toMatchObject({ complete: true, nextOffset: page.sizeBytes });
  });

  it('hold a line back that is still being written', async () => {
    write([{ data: Buffer.from('done\nnot yet') }], false);
    const page = await logs().read(ref);
    expect(page).toMatchObject({ lines: [{ text: 'done' }], nextOffset: 5, complete: false });
  });

  it('show the last line without a line end once the attempt is over', async () => {
    write([{ data: Buffer.from('done\nlast') }]);
    expect((await logs().read(ref)).lines.map((line) => line.text)).toEqual(['done', 'last']);
  });

  it('are empty before anything was written, and not found for an unknown attempt', async () => {
    expect(await logs().read(ref)).toEqual({ lines: [], nextOffset: 0, sizeBytes: 0, complete: false });
    await expect(logs().read({ ...ref, nodeId: 'two' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(logs().read({ ...ref, workflow: 'other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('are followed as they are written, until the end', async () => {
    const seen: string[] = [];
    const following = (async () => {
      for await (const page of logs().follow(ref, { signal: new AbortController().signal })) seen.push(...page.lines.map((line) => line.text));
    })();
    for (const text of ['a\n', 'b', 'b\n', 'c\n']) {
      await sleep(30);
      appendFileSync(join(folder, 'log'), text);
    }
    await sleep(30);
    writeFileSync(join(folder, 'exit.json'), '{}');
    await following;
    expect(seen).toEqual(['a', 'bb', 'c']);
  });

  it('are no longer followed once the reader leaves', async () => {
    const leaving = new AbortController();
    const following = (async () => {
      for await (const page of logs().follow(ref, { signal: leaving.signal })) expect(page.lines).not.toEqual([]);
    })();
    await sleep(20);
    leaving.abort();
    await following;
  });

  it('are downloaded as they are', async () => {
    const all = write([{ data: Buffer.from([0xff, 0x0a, 0x00]) }]);
    const { stream, sizeBytes } = await logs().open(ref);
    const parts: Buffer[] = [];
    for await (const part of stream) parts.push(part as Buffer);
    expect(Buffer.concat(parts)).toEqual(all);
    expect(sizeBytes).toBe(3);
  });
});

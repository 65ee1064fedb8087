import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogRecorder } from './log-recorder.js';
import { readLogPage } from './read-log-page.js';

describe('LogRecorder', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes what a page of the log is read from', async () => {
    const log = new LogRecorder(folder);
    log.append('stdout', Buffer.from('one\ntw'));
    log.append('stdout', Buffer.from('o\n'));
    log.append('stderr', Buffer.from('oops\n'));
    expect(log.lastErrorLine()).toBe('oops');
    log.close();
    const { lines } = await readLogPage(folder, 0, 1_000, () => true);
    expect(lines.map(({ number, stream, text }) => [number, stream, text])).toEqual([[1, 'stdout', 'one'], [2, 'stdout', 'two'], [3, 'stderr', 'oops']]);
  });

  it('goes on where another stopped, and knows how much of each stream is there', async () => {
    const first = new LogRecorder(folder);
    first.append('stdout', Buffer.from('init\n'));
    const start = first.size;
    first.append('stdout', Buffer.from('1\n'));
    first.append('stderr', Buffer.from('error 1\n'));
    first.close();
    // A server that is killed may leave half a record.
    appendFileSync(join(folder, 'log.index'), 'half');
    const second = new LogRecorder(folder, { countFrom: start });
    expect([second.bytesOf('stdout'), second.bytesOf('stderr'), second.lastErrorLine()]).toEqual([2, 8, 'error 1']);
    second.append('stdout', Buffer.from('2\n'));
    second.close();
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('init\n1\nerror 1\n2\n');
    expect((await readLogPage(folder, 0, 1_000, () => true)).lines.at(-1)).toMatchObject({ number: 4, stream: 'stdout', text: '2' });
  });
});

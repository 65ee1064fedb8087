import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileObjectStore } from '@millrace/object-store';
import type { LogLine } from '@millrace/resources';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoredLogReader } from './stored-log.js';

describe('StoredLogReader', () => {
  let folder: string;
  let reader: StoredLogReader;
  let count = 0;
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-logs-')));
    reader = new StoredLogReader(new FileObjectStore({ roots: [folder] }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const aLog = (text: string) => {
    count += 1;
    const uri = join(folder, `${count}.log`);
    writeFileSync(uri, text);
    return { uri, sizeBytes: Buffer.byteLength(text) };
  };
  /** Page after page. */
  const readAll = async (text: string, limitBytes: number): Promise<LogLine[]> => {
    const log = aLog(text);
    const lines: LogLine[] = [];
    for (let from = 0; ; ) {
      const page = await reader.page(log, { from, limitBytes });
      lines.push(...page.lines);
      expect(page.sizeBytes).toBe(log.sizeBytes);
      if (page.complete) return lines;
      expect(page.nextOffset).toBeGreaterThan(from);
      from = page.nextOffset;
    }
  };
  const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

  it('gives every line once, with its number and its offset, however small the pages are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-zé ]{0,30}$/), { maxLength: 30 }), fc.boolean(), fc.integer({ min: 64, max: 400 }), async (lines, ended, limit) => {
        const text = lines.join('\n') + (ended && lines.length > 0 ? '\n' : '');
        let offset = 0;
        const expected = linesOf(text).map((line, index) => {
          const at = offset;
          offset += Buffer.byteLength(line) + 1;
          return { number: index + 1, offset: at, text: line };
        });
        expect(await readAll(text, limit)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('shows of a line that is longer than a page what fits, and goes on with the next one', async () => {
    const read = await readAll(`first\n${'x'.repeat(100)}\nlast`, 40);
    expect(read.map(({ text }) => text)).toEqual(['first', 'x'.repeat(40), 'last']);
  });

  it('begins at a whole line when asked for the end, and knows its number', async () => {
    const text = Array.from({ length: 1_000 }, (_, index) => `line ${index + 1}\n`).join('');
    const page = await reader.page(aLog(text), { from: 'tail', limitBytes: 100 });
    expect(page.lines.at(-1)).toMatchObject({ number: 1_000, text: 'line 1000' });
    expect(page.lines[0]!.text).toMatch(/^line \d+$/);
    expect(page.lines[0]!.number).toBe(Number(page.lines[0]!.text.slice(5)));
    expect(page.complete).toBe(true);
  });

  it('is over at once when nothing was written', async () => {
    expect(await reader.page(aLog(''), { from: 0, limitBytes: 100 })).toEqual({ lines: [], nextOffset: 0, sizeBytes: 0, complete: true });
  });
});

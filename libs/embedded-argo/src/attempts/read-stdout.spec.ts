import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeIndexRecord } from './log-index.js';
import { readStdout } from './read-stdout.js';

describe('readStdout', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'millrace-stdout-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (...stretches: (readonly ['stdout' | 'stderr', string])[]): void => {
    let offset = 0;
    const records = stretches.map(([stream, text]) => {
      const record = encodeIndexRecord({ offset, line: 1, time: 0, stream });
      offset += Buffer.byteLength(text);
      return record;
    });
    writeFileSync(join(folder, 'log'), stretches.map(([, text]) => text).join(''));
    writeFileSync(join(folder, 'log.index'), Buffer.concat(records));
  };

  it('leaves out what came by the other stream', async () => {
    write(['stdout', 'a\n'], ['stderr', 'warning\n'], ['stdout', 'é\n'], ['stdout', 'c'], ['stderr', 'end\n']);
    expect(await readStdout(folder, 1000)).toBe('a\né\nc');
  });

  it('keeps the end when it is too much', async () => {
    write(['stdout', 'abc'], ['stderr', '!'], ['stdout', 'def']);
    expect(await readStdout(folder, 4)).toBe('cdef');
  });

  it('is empty when nothing was printed', async () => {
    expect(await readStdout(folder, 10)).toBe('');
    write(['stderr', 'x']);
    expect(await readStdout(folder, 10)).toBe('');
  });
});

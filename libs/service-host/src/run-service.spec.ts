import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What it logs, and its exit code. */
const run = (...words: string[]): Promise<{ readonly exitCode: number; readonly lines: readonly { readonly level: string; readonly message: string; readonly error?: string }[] }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], MILLRACE_NAMESPACE: 'ml', MILLRACE_S3_ENDPOINT: 'localhost:1', MILLRACE_PROBE_HOST: '127.0.0.1', MILLRACE_PROBE_PORT: '0' };
    const child = execFile(process.execPath, ['--conditions=@millrace/source', '--import', 'tsx', fileURLToPath(new URL('./testing/unlucky-service.ts', import.meta.url)), ...words], { env }, (_, stdout) => {
      resolve({ exitCode: child.exitCode ?? -1, lines: stdout.trim().split('\n').map((line) => JSON.parse(line)) });
    });
  });

describe('a service', () => {
  it("goes on when the database's driver gives up a connection in the background", async () => {
    const { exitCode, lines } = await run('promise', '08S01');
    expect(exitCode).toBe(0);
    expect(lines.filter(({ level }) => level !== 'info')).toMatchObject([{ level: 'warn', message: 'a connection to the database was lost' }]);
  });

  it.each(['promise', 'event'])('ends when anything else fails that nobody waits for, and says what: %s', async (kind) => {
    const { exitCode, lines } = await run(kind);
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'error', message: 'unexpected error', error: expect.stringContaining(`bad luck with a ${kind}`) });
  });
});

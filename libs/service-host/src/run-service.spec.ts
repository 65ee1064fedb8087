import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** What it logs, and its exit code. */
const run = (...codes: string[]): Promise<{ readonly exitCode: number; readonly lines: readonly { readonly level: string; readonly message: string; readonly error?: string }[] }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], MILLRACE_NAMESPACE: 'ml', MILLRACE_S3_ENDPOINT: 'localhost:1', MILLRACE_PROBE_HOST: '127.0.0.1', MILLRACE_PROBE_PORT: '0' };
    const child = execFile(process.execPath, ['--conditions=@millrace/source', '--import', 'tsx', fileURLToPath(new URL('./testing/unlucky-service.ts', import.meta.url)), ...codes], { env }, (_, stdout) => {
      resolve({ exitCode: child.exitCode ?? -1, lines: stdout.trim().split('\n').map((line) => JSON.parse(line)) });
    });
  });

describe('a service', () => {
  it('goes on when the HTTP client tells of a connection that it gave up, which nobody waits for', async () => {
    const { exitCode, lines } = await run('UND_ERR_DESTROYED', 'UND_ERR_DESTROYED');
    expect(exitCode).toBe(0);
    expect(lines.filter(({ level }) => level !== 'info').map(({ level, message }) => `${level}: ${message}`)).toEqual(Array(2).fill('warn: a connection to the Kubernetes API was given up'));
  });

  it('ends at any other error that nobody expects, and says which', async () => {
    const { exitCode, lines } = await run('ENOENT', 'UND_ERR_DESTROYED');
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toMatchObject({ level: 'error', message: 'unexpected error', error: expect.stringContaining('an error with ENOENT') });
  });
});

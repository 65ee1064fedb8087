import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startApi } from './testing/start-api.js';

const run = promisify(execFile);
const python = process.env['MILLRACE_KFP_PYTHON'];
if (!python) console.log('the real kfp SDK and CLI against the server: SKIPPED, MILLRACE_KFP_PYTHON is not set (a Python that has kfp 2.17)');

it.runIf(python)(
  'the kfp SDK and CLI find everything as they expect it',
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'millrace-kfp-home-'));
    const api = await startApi();
    api.database.changes.subscribe((change) => {
      if (change.kind === 'run' && change.op === 'created') setTimeout(() => void api.runs.finish(change.id, 'SUCCEEDED').catch(() => {}), 200);
    });
    try {
      const script = fileURLToPath(new URL('testing/exercise_kfp_client.py', import.meta.url));
      const { stdout } = await run(python!, ['-W', 'ignore', script, api.url], { env: { ...process.env, HOME: home }, timeout: 240_000 });
      expect(stdout).toContain('kfp.Client: good');
      expect(stdout).toContain('kfp CLI: good');
      expect(stdout).toContain('PipelinesClient: good');
      expect(api.errors).toEqual([]);
    } finally {
      await api.close();
      await rm(home, { recursive: true, force: true });
    }
  },
  250_000,
);

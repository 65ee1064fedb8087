import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runProgram } from '../harness/python.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import type { CheckContext, ClusterCheck, Expect } from './cluster-check.js';
import { fitSpec } from './fit-pipeline.js';

export interface CommandContext extends CheckContext {
  /** With the SDK. */
  readonly python: string;
}

/** The command of KFP's SDK against a cluster. */
export const COMMAND: Readonly<Record<string, ClusterCheck<CommandContext>>> = { command: usingTheCommand };

async function usingTheCommand({ python, server, images }: CommandContext, expect: Expect): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-command-'));
  try {
    const kfp = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runProgram(python, ['-W', 'ignore', join(dirname(python), 'kfp'), '--endpoint', server.url, '--output', 'json', ...args], { env: { HOME: folder }, input: 'y\n' });
      expect(code === 0, `kfp ${args.join(' ')} ended with ${code}: ${(stderr || stdout).slice(-400)}`);
      return stdout;
    };
    const file = join(folder, 'said.yaml');
    await writeFile(file, JSON.stringify(fitSpec(shellPipeline({ say: { line: 'echo said' } }, 'said'), images)));
    const name = `by command ${Date.now()}`;
    await kfp('pipeline', 'create', '--pipeline-name', name, file);
    expect((await kfp('pipeline', 'list')).includes(name), 'the pipeline is listed');
    await kfp('run', 'create', '--experiment-name', 'command', '--run-name', name, '--package-file', file);
    const filter = encodeURIComponent(JSON.stringify({ predicates: [{ operation: 'EQUALS', key: 'display_name', string_value: name }] }));
    const { runs = [] } = await server.json<{ runs?: { run_id: string }[] }>(`/apis/v2beta1/runs?filter=${filter}`);
    expect(runs.length === 1, `${runs.length} runs were made`);
    const [run] = runs;
    if (run === undefined) return;
    expect((await server.finished(run.run_id, { everyMs: 400 })).state === 'SUCCEEDED', 'the run succeeded');
    expect((await kfp('run', 'get', run.run_id)).includes('SUCCEEDED'), 'the command tells that it succeeded');
    await kfp('recurring-run', 'create', '--job-name', name, '--experiment-name', 'command', '--cron-expression', '0 0 3 * * *', '--enabled', '--pipeline-package-path', file);
    const { recurringRuns = [] } = await server.json<{ recurringRuns?: { recurring_run_id: string; display_name: string; status: string }[] }>('/apis/v2beta1/recurringruns?page_size=100');
    const recurring = recurringRuns.find((candidate) => candidate.display_name === name);
    expect(recurring?.status === 'ENABLED', `the recurring run is ${recurring?.status}`);
    if (recurring !== undefined) await kfp('recurring-run', 'delete', recurring.recurring_run_id);
    await kfp('run', 'delete', run.run_id);
    expect((await server.request(`/apis/v2beta1/runs/${run.run_id}`)).status === 404, 'the run is deleted');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

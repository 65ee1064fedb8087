import { Runs } from '../harness/runs.js';
import { compileV1Pipelines, runV1Cli } from '../harness/python-v1.js';
import { upload } from '../harness/requests.js';
import type { Server } from '../harness/server.js';
import type { CheckContext, ClusterCheck, Expect } from './cluster-check.js';
import { compareRuns } from './compare-runs.js';

/** Pipelines of the SDK of KFP v1 are Workflows of the author's own: they come to the same here and there, and the 1.8 client and command are served. */
export interface V1Context extends CheckContext {
  readonly laptop: Server;
  readonly python: string;
}

/** By the name of their function, with parameters. */
const PIPELINES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  calculation: { a: '10', c: '1' },
  conditions: { coin: 'heads', number: '3' },
  loops: {},
  dynamic_loop: { count: '3' },
  exit_handler: {},
  failing_with_exit: {},
  files: {},
  retries: {},
  viewers: {},
};

export const V1: Readonly<Record<string, ClusterCheck<V1Context>>> = {
  ...Object.fromEntries(Object.entries(PIPELINES).map(([name, parameters]) => [name.replaceAll('_', '-'), (context: V1Context, expect: Expect) => comparing(name, parameters, context, expect)])),
  command: usingTheCommand,
};

let compiled: Promise<Record<string, string>> | undefined;
const compiledBy = (python: string): Promise<Record<string, string>> => (compiled ??= compileV1Pipelines(python, 'features.py'));

/** With the images that the cluster has. */
function fit(yaml: string, { python, shell }: CheckContext['images']): string {
  const fitted = python === undefined ? yaml : yaml.replaceAll(/image: python:[\w.-]+/g, `image: ${python}`);
  return shell === undefined ? fitted : fitted.replaceAll(/image: (?:library\/)?(?:bash|busybox|alpine):[\w.-]+/g, `image: ${shell}`);
}

async function comparing(name: string, parameters: Readonly<Record<string, string>>, { python, laptop, server, images, namespace }: V1Context, expect: Expect): Promise<string> {
  const yaml = (await compiledBy(python))[name]!;
  const [here, there] = await Promise.all([new Runs(laptop).run(yaml, parameters), new Runs(server).run(fit(yaml, images), parameters)]);
  for (const difference of compareRuns(here, there, { isV1: true })) expect(false, difference);
  const containers = Object.values(there.tasks).filter(({ attempt_list: attempts }) => attempts.length > 0);
  const attempts = containers.reduce((sum, task) => sum + task.attempt_list.length, 0);
  const pods = await namespace.podsOf(there.id);
  expect(pods === attempts, `${pods} pods for ${attempts} attempts`);
  await namespace.removeWorkflowOf(there.id);
  for (const task of containers) {
    const [one, other] = await Promise.all([new Runs(laptop).log(here.tasks[task.path.replace(/^root\//, '')]!), new Runs(server).log(task)]);
    expect(one === other, `the log of ${task.path}, when its pod is gone: ${JSON.stringify(one.slice(0, 200))} and ${JSON.stringify(other.slice(0, 200))}`);
  }
  return `${there.run.state}, ${Object.keys(there.tasks).length} tasks, ${pods} pods`;
}

async function usingTheCommand({ python, server, images }: V1Context, expect: Expect): Promise<void> {
  const { body } = await upload(server, fit((await compiledBy(python))['exit_handler']!, images), { name: `of the command ${Date.now()}` });
  const cli = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runV1Cli(python, server.url, args);
    expect(code === 0, `kfp ${args.join(' ')} ended with ${code}: ${stderr.slice(-300)}`);
    return stdout;
  };
  const name = `by command ${Date.now()}`;
  await cli('experiment', 'create', 'command');
  expect((await cli('run', 'submit', '--experiment-name', 'command', '--run-name', name, '--pipeline-id', body.pipeline_id)).includes('by command'), 'the run is told');
  const { runs } = await server.json<{ runs: { id: string; name: string }[] }>('/apis/v1beta1/runs?page_size=100&sort_by=created_at%20desc');
  const run = runs.find((candidate) => candidate.name === name);
  expect(run !== undefined, 'the run is there');
  if (run === undefined) return;
  const ended = await server.finished(run.id, { everyMs: 400 });
  expect(ended.state === 'SUCCEEDED', `it is ${ended.state}`);
  expect(/Succeeded/.test(await cli('run', 'get', run.id)), 'the command tells that it succeeded');
}

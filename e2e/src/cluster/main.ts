/**
 * `npm run e2e:cluster -- [PIPELINE…]`: runs our own pipelines on the cluster of KUBECONFIG, which has to have Argo Workflows, and on one machine, and compares
 * what became of them task by task; then what only a cluster has: `life`, `command`, `schedules`, `v1`, `outages`. Names are beginnings: `language/`,
 * `shapes/hello`, `life/retry`. Settings by environment: see docs/cluster.md.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expectationsOf, readExpectations } from '../corpus/expectation.js';
import { findPipelines } from '../corpus/find-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { prepareV1Python } from '../harness/python-v1.js';
import { preparePython } from '../harness/python.js';
import { Server } from '../harness/server.js';
import { checkOnCluster, type ClusterFinding } from './check-on-cluster.js';
import { COMMAND } from './check-command.js';
import { LIFE } from './check-life.js';
import { OUTAGES } from './check-outages.js';
import { SCHEDULES } from './check-schedules.js';
import { V1 } from './check-v1.js';
import { runChecks } from './cluster-check.js';
import { ClusterServices } from './cluster-services.js';
import { readClusterSettings, setting } from './cluster-settings.js';
import { KfpSubmitter } from './kfp-submitter.js';
import { RunNamespace } from './run-namespace.js';
import { StoredObjects } from './stored-objects.js';

const PIPELINES = resolve(import.meta.dirname, '../../pipelines');
/** What `kubernetes.py` reads. */
const KEPT = [
  { kind: 'secret', name: 'login', values: { password: 'open sesame', user: 'ada' } },
  { kind: 'secret', name: 'token', values: { value: 'not-to-be-written-down' } },
  { kind: 'config-map', name: 'settings', values: { colour: 'red' } },
] as const;
const settings = readClusterSettings();
const { images, installedUrl: installed } = settings;
const { endpoint: s3Endpoint, bucket, keys } = settings.s3;
const namespace = new RunNamespace(settings.namespace);
const concurrency = Number(setting('E2E_CONCURRENCY') ?? 3);
const wanted = process.argv.slice(2);
const closers: (() => Promise<unknown> | unknown)[] = [];

process.exitCode = 1;
try {
  const python = await preparePython();
  if (python === undefined) throw new Error('The SDK of KFP cannot be installed here.');
  const expectations = readExpectations(expectationsOf(PIPELINES)!);
  const { files, broken = [], temporary } = await findPipelines(PIPELINES, async () => python);
  if (temporary !== undefined) closers.push(() => rmSync(temporary, { recursive: true, force: true }));
  if (broken.length > 0) throw new Error(broken.map(({ name, why }) => `${name}: ${why}`).join('\n'));
  const chosen = files.filter(({ name }) => !name.startsWith('v1/') && (wanted.length === 0 || wanted.some((beginning) => name.startsWith(beginning))));
  const checksOf = <Check>(group: string, checks: Readonly<Record<string, Check>>): Record<string, Check> =>
    Object.fromEntries(Object.entries(checks).filter(([name]) => wanted.length === 0 || wanted.some((beginning) => `${group}/${name}`.startsWith(beginning))));
  const [life, command, schedules, v1, outages] = [checksOf('life', LIFE), checksOf('command', COMMAND), checksOf('schedules', SCHEDULES), checksOf('v1', V1), checksOf('outages', OUTAGES)];
  if (chosen.length === 0 && [life, command, schedules, v1, outages].every((checks) => Object.keys(checks).length === 0)) throw new Error(`No pipeline's name begins with ${wanted.join(' or ')}.`);

  await namespace.prepare(keys, { endpoint: s3Endpoint, bucket });
  const replicas = { 'api-server': 2, 'persistence-agent': 2, 'scheduled-workflow-controller': 2 };
  const services = installed === undefined ? await ClusterServices.start({ namespace: namespace.name, databaseUrl: settings.databaseUrl(), s3Endpoint, pipelineRoot: `minio://${bucket}/v2/artifacts/e2e`, schedules: true, replicas }) : undefined;
  if (services !== undefined) closers.push(() => services.close());
  const server = services?.server ?? new Server(installed!);
  const laptop = await Millrace.start({ sample: false });
  closers.push(() => laptop.close());
  const [here, there] = await Promise.all([KfpSubmitter.start(python, laptop.url), KfpSubmitter.start(python, server.url)]);
  closers.push(() => here.close(), () => there.close());

  const file = 'somewhere';
  const text = 'a file that somebody else made';
  const artifacts = join(laptop.dataFolder, 'artifacts');
  mkdirSync(dirname(join(artifacts, file)), { recursive: true });
  writeFileSync(join(artifacts, file), text);
  const objects = new StoredObjects({ endpoint: s3Endpoint, keys }, bucket);
  await objects.put(`e2e-given/${file}`, text);

  for (const { kind, name, values } of KEPT) {
    const folder = join(laptop.dataFolder, `${kind}s`, name);
    mkdirSync(folder, { recursive: true });
    for (const [key, value] of Object.entries(values)) writeFileSync(join(folder, key), value);
    await namespace.keep(kind, name, values);
  }

  await namespace.removeClaim('shared');

  const findings: ClusterFinding[] = [];
  const waiting = [...chosen];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const expectation = expectations[next.name] ?? {};
        const { leftOut } = expectation.cluster ?? {};
        const finding: ClusterFinding =
          leftOut !== undefined
            ? { file: next.name, laptop: '', cluster: `left out: ${leftOut}`, pods: '', seconds: '', tasks: 0, faults: [] }
            : await checkOnCluster(next, expectation, {
                laptop: { server: laptop, client: here, artifacts },
                cluster: { server, client: there, artifacts: `minio://${bucket}/e2e-given` },
                namespace,
                images,
                timeoutMs: Number(setting('E2E_TIMEOUT') ?? 600) * 1_000,
                keep: setting('E2E_KEEP') !== undefined,
              }).catch((error: unknown) => ({ file: next.name, laptop: '', cluster: '', pods: '', seconds: '', tasks: 0, faults: [String(error)] }));
        findings.push(finding);
        console.log(lineOf(finding));
      }
    }),
  );
  const tell = (finding: ClusterFinding): void => {
    findings.push(finding);
    console.log(lineOf(finding));
  };
  const context = { server, namespace, images, objects, ...(services !== undefined && { services }) };
  await runChecks('life', life, context, { sideBySide: true, tell });
  await runChecks('command', command, { ...context, python }, { sideBySide: false, tell });
  await runChecks('schedules', schedules, context, { sideBySide: false, tell });
  if (Object.keys(v1).length > 0) {
    const pythonOfV1 = await prepareV1Python();
    if (pythonOfV1 !== undefined) await runChecks('v1', v1, { ...context, laptop, python: pythonOfV1 }, { sideBySide: false, tell });
  }
  if (services !== undefined) await runChecks('outages', outages, context, { sideBySide: false, tell });
  const faults = findings.filter((finding) => finding.faults.length > 0).length;
  const done = findings.filter(({ tasks }) => tasks > 0);
  console.log(`${done.reduce((sum, { tasks }) => sum + tasks, 0)} tasks of ${done.length} pipelines compared\n${findings.length - faults} as on the laptop, ${faults} not`);
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  for (const close of closers.toReversed()) await close();
}

function lineOf({ file, laptop, cluster, pods, seconds, tasks, faults, facts }: ClusterFinding): string {
  const isCheck = laptop === '' && pods === '' && seconds !== '';
  const line = isCheck ? `${file.padEnd(44)} ${cluster.padEnd(11)} ${seconds.padStart(4)} s${facts === undefined ? '' : `  ${facts}`}` : `${file.padEnd(44)} ${laptop.padEnd(9)} ${cluster.padEnd(9)} ${String(tasks).padStart(3)} tasks, ${pods.padStart(2)} pods, ${seconds} s`;
  return [line, ...faults.map((fault) => `    ^ ${fault.length > 1_500 ? `${fault.slice(0, 1_500)}…` : fault}`)].join('\n');
}

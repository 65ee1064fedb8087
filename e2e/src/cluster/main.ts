/**
 * `npm run e2e:cluster -- [PIPELINE…]`: runs our own pipelines on the cluster of KUBECONFIG, which has to have Argo Workflows, and on one machine, and compares
 * what became of them task by task. Names are beginnings: `language/`, `shapes/hello`. Settings by environment: see docs/cluster.md.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Client } from 'minio';
import { expectationsOf, readExpectations } from '../corpus/expectation.js';
import { findPipelines } from '../corpus/find-pipelines.js';
import { Millrace } from '../harness/millrace.js';
import { preparePython } from '../harness/python.js';
import { Server } from '../harness/server.js';
import { checkOnCluster, type ClusterFinding } from './check-on-cluster.js';
import { checkLife } from './check-life.js';
import { ClusterServices } from './cluster-services.js';
import { readClusterSettings, setting } from './cluster-settings.js';
import { KfpSubmitter } from './kfp-submitter.js';
import { RunNamespace } from './run-namespace.js';

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
  const withLife = wanted.length === 0 || wanted.includes('life');
  if (chosen.length === 0 && !withLife) throw new Error(`No pipeline's name begins with ${wanted.join(' or ')}.`);

  await namespace.prepare(keys);
  const services = installed === undefined ? await ClusterServices.start({ namespace: namespace.name, databaseUrl: settings.databaseUrl(), s3Endpoint, pipelineRoot: `minio://${bucket}/v2/artifacts/e2e` }) : undefined;
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
  const endpoint = new URL(s3Endpoint.includes('://') ? s3Endpoint : `http://${s3Endpoint}`);
  const objects = new Client({ endPoint: endpoint.hostname, port: Number(endpoint.port || (endpoint.protocol === 'https:' ? 443 : 80)), useSSL: endpoint.protocol === 'https:', ...keys });
  await objects.putObject(bucket, `e2e-given/${file}`, text);

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
  if (withLife) {
    const exists = (uri: string) => objects.statObject(bucket, uri.replace(/^\w+:\/\/[^/]+\//, '')).then(() => true, () => false);
    for (const finding of await checkLife({ server, namespace, images, exists, ...(services !== undefined && { services }) })) {
      findings.push(finding);
      console.log(lineOf(finding));
    }
  }
  const faults = findings.filter((finding) => finding.faults.length > 0).length;
  const done = findings.filter(({ tasks }) => tasks > 0);
  console.log(`${done.reduce((sum, { tasks }) => sum + tasks, 0)} tasks of ${done.length} pipelines compared\n${findings.length - faults} as on the laptop, ${faults} not`);
  process.exitCode = faults === 0 ? 0 : 1;
} finally {
  for (const close of closers.toReversed()) await close();
}

function lineOf({ file, laptop, cluster, pods, seconds, tasks, faults }: ClusterFinding): string {
  const line = `${file.padEnd(44)} ${laptop.padEnd(9)} ${cluster.padEnd(9)} ${String(tasks).padStart(3)} tasks, ${pods.padStart(2)} pods, ${seconds} s`;
  return [line, ...faults.map((fault) => `    ^ ${fault.length > 1_500 ? `${fault.slice(0, 1_500)}…` : fault}`)].join('\n');
}

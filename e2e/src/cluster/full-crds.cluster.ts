import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Workflow } from '@millrace/argo';
import { openDatabase, type Database } from '@millrace/database';
import { definitions, examine } from '@millrace/doctor';
import { clusterLayout, KubeClient, KubernetesResourceStore, KubernetesVolumeClaims } from '@millrace/kubernetes';
import { aNamespace, installCrd, installFullCrds, installScheduledWorkflowCrd, KubeApiServer, startStandInArgo, whyNoApiServer, whyNoCrds, whyNoFullCrds } from '@millrace/kubernetes/testing';
import { FileObjectStore, parseS3Providers } from '@millrace/object-store';
import { parseAnyPipeline, type JsonValue } from '@millrace/pipeline-spec';
import { describeResourceStore, describeSchedules } from '@millrace/resources/testing';
import { createRunController } from '@millrace/run-controller';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFiles } from '../harness/compile-pipelines.js';
import { preparePython } from '../harness/python.js';
import { compileV1Pipelines, prepareV1Python } from '../harness/python-v1.js';

const GOLDENS = resolve(import.meta.dirname, '../../../libs/workflow-compiler/fixtures');
const PIPELINES = resolve(import.meta.dirname, '../../pipelines');
const SOURCES = readdirSync(PIPELINES).filter((file) => file.endsWith('.py')).map((file) => join(PIPELINES, file));
/** Without a schema: pods write these. */
const RESULTS = `
metadata: { name: workflowtaskresults.argoproj.io }
spec:
  group: argoproj.io
  scope: Namespaced
  names: { kind: WorkflowTaskResult, listKind: WorkflowTaskResultList, plural: workflowtaskresults, singular: workflowtaskresult }
  versions: [{ name: v1alpha1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }]
`;
const PATH = '/apis/argoproj.io/v1alpha1/namespaces/full/workflows';

const why = process.env['TEST_KUBECONFIG'] !== undefined ? 'the cluster of TEST_KUBECONFIG has its own definitions' : (whyNoApiServer() ?? whyNoCrds() ?? whyNoFullCrds());
if (why !== undefined) console.warn(`SKIPPED: the tests with Argo's full definitions, because ${why}`);

describe.skipIf(why !== undefined)("with Argo's full definitions", () => {
  let server: KubeApiServer;
  let client: KubeClient;
  beforeAll(async () => {
    server = await KubeApiServer.start();
    client = new KubeClient(server.config());
    await installFullCrds(client);
    await installScheduledWorkflowCrd(client);
    await aNamespace(client, 'full');
  });
  afterAll(async () => {
    await client?.close();
    await server?.stop();
  });

  /** What the API server would store; refused where the schema knows a field not, or its value otherwise. */
  const tried = async (workflow: Workflow): Promise<Workflow> => {
    const body = { ...workflow, apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', metadata: { ...workflow.metadata, namespace: 'full' } };
    return client.json<Workflow>({ method: 'POST', path: PATH, query: { dryRun: 'All', fieldValidation: 'Strict' }, body });
  };
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;
  const expectKept = async (workflow: Workflow): Promise<void> => expect((await tried(workflow)).spec).toEqual(plain(workflow.spec));

  it('refuses what Argo does not know, so that the other tests can fail', async () => {
    await expect(tried({ metadata: { name: 'wrong' }, spec: { entrypoint: 'main', templates: [{ name: 'main', container: { image: 'a', imagePullPolicie: 'Never' } }] } } as unknown as Workflow)).rejects.toThrow('imagePullPolicie');
  });

  it('says what is to be done where a pipeline is too large for the schema, and doctor says so before', async () => {
    const tasks = Array.from({ length: 201 }, (_, index) => ({ name: `t${index}`, template: 'pod' }));
    const large = { metadata: { name: 'large' }, spec: { entrypoint: 'main', templates: [{ name: 'pod', container: { image: 'a' } }, { name: 'main', dag: { tasks } }] } } as Workflow;
    await expect(tried(large)).rejects.toThrow(/200 tasks at one level .* install the minimal one/);
    await installCrd(client, RESULTS);
    await expect.poll(() => examine([definitions], { client }), { timeout: 10_000 }).toMatchObject([{ verdict: 'ok', what: expect.stringContaining('full definition') }, { verdict: 'warning', why: expect.stringContaining('200 tasks') }]);
  });

  it('every Workflow on file is taken as it is', async () => {
    const cases = readdirSync(GOLDENS, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(cases.length).toBeGreaterThan(30);
    for (const name of cases) await expectKept(load(readFileSync(join(GOLDENS, name, 'workflow.yaml'), 'utf8')) as Workflow);
  }, 300_000);

  describe('Workflows as runs make them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-full-crds-'));
    let database: Database;
    beforeAll(async () => void (database = await openDatabase({ url: `file:${join(folder, 'rows.db')}` })));
    afterAll(async () => {
      await database?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const provider = { host: 's3.example.com', port: 443, tls: true, region: 'us-east-1', pathStyle: true, credentials: { kind: 'secret', secretName: 's', accessKeyKey: 'a', secretKeyKey: 'b' } } as const;
    /** Submits a pipeline, and gives the Workflow of its run; the reason where the run is refused. */
    const workflowOf = async (text: string): Promise<Workflow | string> => {
      let made: Workflow | undefined;
      const store = new KubernetesResourceStore({ client });
      store.create = (async (_kind: string, object: Workflow) => ({ ...(made = object), metadata: { ...object.metadata, uid: randomUUID(), resourceVersion: '1' } })) as typeof store.create;
      const runs = createRunController({ database, store, objects: new FileObjectStore({ roots: [folder] }), layout: clusterLayout({ providers: parseS3Providers(undefined, { minio: provider, s3: provider }), copyImage: 'millrace:1' }), substrate: 'kubernetes', volumes: new KubernetesVolumeClaims(client) });
      try {
        const pipeline = parseAnyPipeline(text, { fileName: 'pipeline.yaml' });
        await runs.submit({ namespace: 'full', experimentId: randomUUID(), displayName: 'a run', serviceAccount: 'pipeline-runner', pipeline, document: { pipelineSpec: loadAll(text)[0] as never }, parameters: someParameters(text) });
        return made ?? 'no Workflow was made';
      } catch (error) {
        return (error as Error).message;
      } finally {
        await runs.close();
        store.close();
      }
    };

    it('of our pipelines, as the SDK compiles them', async ({ skip }) => {
      const python = await preparePython();
      if (python === undefined) return skip('the SDK cannot be installed here');
      const made: string[] = [];
      const refused: Record<string, string> = {};
      for (const [name, text] of Object.entries(await compileFiles(python, SOURCES))) {
        const workflow = await workflowOf(text);
        if (typeof workflow === 'string') refused[name] = workflow;
        else {
          await expectKept(workflow);
          made.push(name);
        }
      }
      expect({ refused, made: made.length }).toEqual({ refused: {}, made: expect.toSatisfy((count: number) => count >= 50) });
    }, 600_000);

    it('of v1, as its SDK compiles them', async ({ skip }) => {
      const python = await prepareV1Python();
      if (python === undefined) return skip('the SDK of v1 cannot be installed here');
      const compiled = await compileV1Pipelines(python, 'features.py');
      for (const text of Object.values(compiled)) {
        const workflow = await workflowOf(text);
        if (typeof workflow === 'string') throw new Error(workflow);
        await expectKept(workflow);
      }
      expect(Object.keys(compiled).length).toBeGreaterThan(5);
    }, 300_000);
  });

  const open = async () => {
    const namespace = await aNamespace(client, `contract-${randomUUID().slice(0, 8)}`);
    const argo = startStandInArgo(client, namespace);
    const store = new KubernetesResourceStore({ client });
    return {
      store,
      namespace,
      close: async () => {
        store.close();
        await argo.close();
      },
    };
  };
  describeResourceStore('KubernetesResourceStore, checked by the schema,', open);
  describeSchedules('KubernetesResourceStore, checked by the schema,', open);
});

/** Something for every parameter that needs a value. */
function someParameters(text: string): Record<string, JsonValue> {
  const { root } = loadAll(text)[0] as { root?: { inputDefinitions?: { parameters?: Record<string, { parameterType: string; defaultValue?: unknown; isOptional?: boolean; literals?: JsonValue[] }> } } };
  const byType: Readonly<Record<string, JsonValue>> = { STRING: 'minio://mlpipeline/text', NUMBER_INTEGER: 3, NUMBER_DOUBLE: 1.5, BOOLEAN: true, LIST: [1], STRUCT: { a: 1 } };
  const needed = Object.entries(root?.inputDefinitions?.parameters ?? {}).filter(([, { defaultValue, isOptional }]) => defaultValue === undefined && isOptional !== true);
  return Object.fromEntries(needed.map(([name, { parameterType, literals }]) => [name, literals?.[0] ?? byType[parameterType] ?? null]));
}

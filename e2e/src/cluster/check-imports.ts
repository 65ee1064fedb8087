import { Runs } from '../harness/runs.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import { startSpec, until, type CheckContext, type Expect } from './cluster-check.js';
import { setting } from './cluster-settings.js';
import { fitSpec } from './fit-pipeline.js';

/** A shell task `use` that takes what an importer imports. */
function importing(name: string, line: string, importer: object, schemaTitle: string): any {
  const artifact = { artifactType: { schemaTitle, schemaVersion: '0.0.1' } };
  const spec = shellPipeline({ use: { line } }, name) as any;
  spec.deploymentSpec.executors['exec-imported'] = { importer: { ...importer, typeSchema: artifact.artifactType } };
  spec.deploymentSpec.executors['exec-use'].container.args = ["{{$.inputs.artifacts['imported'].path}}"];
  spec.components['comp-imported'] = { executorLabel: 'exec-imported', outputDefinitions: { artifacts: { artifact } } };
  spec.components['comp-use'].inputDefinitions = { artifacts: { imported: artifact } };
  spec.root.dag.tasks.imported = { taskInfo: { name: 'imported' }, componentRef: { name: 'comp-imported' } };
  Object.assign(spec.root.dag.tasks.use, { dependentTasks: ['imported'], inputs: { artifacts: { imported: { taskOutputArtifact: { producerTask: 'imported', outputArtifactKey: 'artifact' } } } } });
  return spec;
}

/** A model in an image is a volume of the pod that takes it. Whether it starts is for the node's runtime to say, so the task succeeds or tells what it waits for. */
export async function mountingAnImage(context: CheckContext, expect: Expect): Promise<string> {
  const { server, namespace, images } = context;
  const runs = new Runs(server);
  const { model } = images;
  const reference = model ?? images.shell ?? 'docker.io/library/busybox:1';
  const line = model === undefined ? 'ls "$(dirname "$1")/bin" | grep .' : 'ls "$1" | grep . && ! touch "$1/new" 2>/dev/null';
  const [key = '', value = ''] = setting('E2E_MODEL_NODES')?.split('=') ?? [];
  const nodes = key === '' ? {} : { 'exec-use': { nodeSelector: { labels: { [key]: value } }, tolerations: [{ key, operator: 'Equal', value, effect: 'NoSchedule' }] } };
  const spec = fitSpec(importing('image', line, { artifactUri: { constant: `oci://${reference}` } }, 'system.Model'), images);
  const id = await startSpec(server, { pipeline_spec: spec, platform_spec: { platforms: { kubernetes: { deploymentSpec: { executors: nodes } } } } }, 'image');
  const use = await until('its task to run, or to say why not', async () => {
    const { tasks } = await runs.look(id);
    const { state, message = '' } = tasks['use'] ?? {};
    return state === 'SUCCEEDED' || state === 'FAILED' || / /.test(message) ? tasks['use'] : undefined;
  });
  const mounted = await namespace.imagesMountedBy(id);
  expect(mounted.join() === reference, `the pod mounts ${mounted.join()}`);
  expect(use.state !== 'FAILED', `the task failed: ${use.message}`);
  if (use.state !== 'SUCCEEDED') await runs.terminate(id);
  await runs.finished(id);
  return use.state === 'SUCCEEDED' ? 'mounted' : `waits: ${use.message?.slice(0, 160)}`;
}

const MEBIBYTES = 96;

/** What is copied into the workspace is whole, whatever its size and whoever reads it; what is not there fails the importer, which says so. */
export async function copyingIntoTheWorkspace({ server, namespace, images, objects }: CheckContext, expect: Expect): Promise<string> {
  if (!(await namespace.hasDefaultStorageClass())) return 'SKIPPED: the cluster has no default StorageClass, and a workspace would never be given a volume';
  const runs = new Runs(server);
  await objects.put('e2e-given/large', '0123456789abcdef'.repeat(65_536).repeat(MEBIBYTES));
  const start = (file: string) => {
    const spec = importing('copies', `wc -c "$1"; case $1 in /kfp-workspace/.artifacts/*/e2e-given/*) ;; *) exit 3 ;; esac; [ "$(wc -c < "$1")" = ${MEBIBYTES * 1024 * 1024} ]`, { artifactUri: { constant: objects.address(`e2e-given/${file}`) }, downloadToWorkspace: true }, 'system.Dataset');
    const platform = { platforms: { kubernetes: { deploymentSpec: { executors: { 'exec-use': { securityContext: { runAsUser: '4321', runAsGroup: '4321' } } } }, pipelineConfig: { workspace: { size: '1Gi' } } } } };
    return startSpec(server, { pipeline_spec: fitSpec(spec, images), platform_spec: platform }, 'copies');
  };
  const [large, none] = await Promise.all([start('large'), start('no-such-object')]);
  const [copied, failed] = await Promise.all([runs.finished(large), runs.finished(none)]);
  expect(copied.run.state === 'SUCCEEDED', `${MEBIBYTES} MiB: ${copied.run.error}`);
  const message = failed.tasks['imported']?.message ?? '';
  expect(failed.tasks['imported']?.state === 'FAILED' && /There is no object at .*no-such-object/.test(message), `what is not there: ${failed.tasks['imported']?.state} ${message}`);
  expect(failed.tasks['use']?.state === 'SKIPPED', `behind it: ${failed.tasks['use']?.state}`);
  return message;
}

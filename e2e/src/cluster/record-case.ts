import { isNodeCompleted, isWorkflowCompleted, type Workflow } from '@millrace/argo';
import { answerOf, isHeld, nodeOfEvent, recordStatus, type FixtureCase, type FixtureEvent, type Recording } from '@millrace/embedded-argo/testing';
import { SERVICE_ACCOUNT, pause, type ArgoCluster } from './argo-cluster.js';
import { argumentsIn, withScriptedPods } from './scripted-pods.js';

const POLL_MS = 250;
/** For how long nothing may have moved before something is made to happen. */
const QUIET_MS = 1500;
const PATIENCE_MS = 300_000;

/** Runs a case on a cluster and says what its controller made of it. */
export async function recordCase(cluster: ArgoCluster, recipe: FixtureCase, image: string): Promise<Recording> {
  const { name, events = [], endless } = recipe;
  const workflow = withScriptedPods(recipe, image);
  await cluster.remove(name);
  await cluster.create({ ...workflow, spec: { ...workflow.spec, serviceAccountName: SERVICE_ACCOUNT } });
  for (const event of events) {
    await settled(cluster, recipe, (object) => Object.values(object.status?.nodes ?? {}).some((node) => node.name === nodeOfEvent(event) && node.phase === 'Running'));
    await happen(cluster, name, event);
  }
  const ended = endless === true ? await settled(cluster, recipe, () => true, 8000) : await until(cluster, name, (object) => isWorkflowCompleted(object.status?.phase));
  const args: Record<string, readonly string[]> = {};
  for (const [node, pod] of await cluster.podsOf(name)) {
    const given = argumentsIn(await cluster.logOf(pod));
    if (given.length > 0) args[node] = given;
  }
  await cluster.remove(name);
  return { ...recordStatus(ended.status!), ...(Object.keys(args).length > 0 && { args }) };
}

async function happen(cluster: ArgoCluster, name: string, event: FixtureEvent): Promise<void> {
  const target = nodeOfEvent(event);
  const isOver = (object: Workflow): boolean => isNodeCompleted(Object.values(object.status?.nodes ?? {}).find((node) => node.name === target)?.phase);
  if ('answer' in event) {
    const { metadata, status } = await cluster.read(name);
    const { id } = Object.values(status!.nodes!).find((node) => node.name === target)!;
    const node = { ...answerOf(event), finishedAt: `${new Date().toISOString().slice(0, 19)}Z` };
    await cluster.patch(name, { metadata: { resourceVersion: metadata.resourceVersion }, status: { nodes: { [id]: node } } });
    return;
  }
  if ('shutdown' in event) return cluster.patch(name, { spec: { shutdown: event.shutdown } });
  const pod = (await cluster.podsOf(name)).get(target)!;
  await ('finish' in event ? cluster.release(pod) : cluster.deletePod(pod, 2));
  await until(cluster, name, (object) => isOver(object) || isWorkflowCompleted(object.status?.phase));
}

/** Waits until something holds and nothing has moved for a while: no pod is on its way that does not wait for an event. */
async function settled(cluster: ArgoCluster, recipe: FixtureCase, holds: (object: Workflow) => boolean, quietMs = QUIET_MS): Promise<Workflow> {
  const { name } = recipe;
  let version: string | undefined;
  let since = Date.now();
  return until(cluster, name, (object) => {
    if (object.metadata.resourceVersion !== version) {
      version = object.metadata.resourceVersion;
      since = Date.now();
    }
    const onTheWay = Object.values(object.status?.nodes ?? {}).some((node) => node.type === 'Pod' && !isNodeCompleted(node.phase) && !(isHeld(recipe, node.name) && node.phase === 'Running'));
    return holds(object) && !onTheWay && Date.now() - since >= quietMs;
  });
}

async function until(cluster: ArgoCluster, name: string, holds: (object: Workflow) => boolean): Promise<Workflow> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const object = await cluster.read(name);
    if (holds(object)) return object;
    if (Date.now() > end) throw new Error(`"${name}" does not come to where it should: ${JSON.stringify(object.status)}`);
    await pause(POLL_MS);
  }
}

import type { NodeStatus, Workflow } from '@millrace/argo';
import type { Task, TaskState, TaskUpdate } from '@millrace/database';
import type { ObjectStore } from '@millrace/object-store';
import { displayNameOf, namesBefore } from '@millrace/pipeline-spec';
import { isFinalTaskState, type ScopePath } from '@millrace/pipeline-semantics';
import type { Resource } from '@millrace/resources';
import { taskStateOf, type Nodes } from '@millrace/workflow-compiler';
import { timesOfAttempts, type AskContext } from '../ask-pods.js';
import { attemptRows } from '../attempt-rows.js';
import { failureOf } from '../failure-of.js';
import { reasonOfSkip, settleOpen } from '../ingest.js';
import { nodeMessage, TERMINATED } from '../node-message.js';
import { timeOf } from '../node-time.js';
import { json, storedIterations } from '../task-rows.js';
import { containerOf } from './container-of.js';
import { noteInputArtifacts, noteOutputArtifacts, parameterValues, type ArtifactUri } from './node-artifacts.js';
import { pathWithin, placeNode } from './place-node.js';
import type { WorkflowRun } from './workflow-run.js';

export interface IngestWorkflowContext extends AskContext {
  readonly now: Date;
  readonly newId: () => string;
  readonly objects: ObjectStore;
  readonly artifactUri: ArtifactUri;
}

const GROUPS: ReadonlySet<string> = new Set(['DAG', 'Steps', 'TaskGroup']);
const MAX_NAME = 255;
const EMPTY_LIST = /^skipped, empty params$/i;
const FALSE_CONDITION = /^when '([\s\S]*)' evaluated false$/;

/**
 * Takes over what the nodes of a v1 Workflow say: tasks that came into being, states, times, attempts, inputs, outputs, metrics. Looks only at `changed`
 * nodes when they are known. A task that is final stays as it is, so seeing a node twice changes nothing.
 */
export async function ingestWorkflow(live: WorkflowRun, workflow: Resource<Workflow>, changed: ReadonlySet<string> | undefined, given: IngestWorkflowContext): Promise<void> {
  const repository = workflow.status?.artifactRepositoryRef?.artifactRepository?.s3?.bucket;
  const context = { ...given, artifactUri: ({ bucket = repository, key }: Parameters<ArtifactUri>[0]) => given.artifactUri({ ...(bucket !== undefined && { bucket }), key }) };
  const nodes = workflow.status?.nodes ?? {};
  const touched = new Set<ScopePath>();
  for (const id of changed ?? Object.keys(nodes)) {
    const node = nodes[id];
    const place = node && placeNode(node, nodes, workflow, live.places);
    if (!place) continue;
    if (!place.attempt) live.taskNodes.set(place.path, id);
    touched.add(place.path);
  }
  for (const path of [...touched].sort((a, b) => depth(a) - depth(b))) {
    const node = nodes[live.taskNodes.get(path) ?? ''];
    if (node !== undefined && live.task(path) === undefined) addRow(live, node, workflow, context);
  }
  const stopping = Boolean(workflow.spec.shutdown);
  // Members before their group, whose end settles what was never reached in it.
  for (const path of [...touched].sort((a, b) => depth(b) - depth(a))) {
    const node = nodes[live.taskNodes.get(path) ?? ''];
    if (node !== undefined) await ingestTask(live, path, node, { workflow, nodes, stopping, ...context });
  }
}

/** What is in no node of a Workflow that is over: loops of steps, which Argo has no node for, and what was not reached. */
export function settleGroups(live: WorkflowRun): void {
  for (const row of live.tasks) {
    if (row.kind !== 'dag' || isFinalTaskState(row.state)) continue;
    const members = live.members(row.path);
    if (members.length === 0 || live.taskNodes.has(row.path)) continue;
    const failed = failureOf(members);
    const state = failed === undefined ? (members.some((member) => member.state === 'SUCCEEDED') ? 'SUCCEEDED' : 'SKIPPED') : 'FAILED';
    live.updateTask({ path: row.path, state, message: failed ?? '', startedAt: members[0]?.startedAt, finishedAt: members.at(-1)?.finishedAt });
  }
}

function depth(path: ScopePath): number {
  return path.match(/[/#]/g)?.length ?? 0;
}

/** The row of a task that nobody could plan: in a loop, or in a template that called itself. */
function addRow(live: WorkflowRun, node: NodeStatus, { spec, status }: Resource<Workflow>, { now, newId }: IngestWorkflowContext): void {
  const { path, parent, name, loopScope } = live.places.get(node.id)!;
  const templateOf = (wanted: string | undefined) => spec.templates?.find((template) => template.name === wanted);
  const template = templateOf(node.templateName);
  const around = templateOf(status?.nodes?.[node.boundaryID ?? '']?.templateName);
  const before = (scope: ScopePath) => (around === undefined ? [] : namesBefore(around, name)).map((other) => pathWithin(scope, other));
  const row = (own: Pick<Task, 'path' | 'parentPath' | 'kind' | 'dependsOn' | 'displayName'>) => ({
    ...own,
    id: newId(),
    runId: live.run.id,
    taskKey: name,
    state: 'PENDING' as const,
    attempts: [],
    createdAt: now,
  });
  const title = displayNameOf(template, name).slice(0, MAX_NAME);
  // Argo has no node for a loop of steps, only for its items.
  if (loopScope !== undefined && live.task(parent) === undefined) live.addTasks([row({ path: parent, parentPath: loopScope, kind: 'dag', dependsOn: before(loopScope), displayName: title })]);
  const kind = GROUPS.has(node.type) || template?.dag !== undefined || template?.steps !== undefined ? 'dag' : 'container';
  // Items go by their number, as the iterations of v2 do.
  const displayName = loopScope === undefined ? title : (/#(\d+)$/.exec(path)?.[1] ?? title);
  live.addTasks([row({ path, parentPath: parent, kind, dependsOn: loopScope === undefined ? before(parent) : [], displayName })]);
}

async function ingestTask(live: WorkflowRun, path: ScopePath, node: NodeStatus, context: IngestWorkflowContext & { readonly workflow: Resource<Workflow>; readonly nodes: Nodes; readonly stopping: boolean }): Promise<void> {
  const row = live.task(path);
  if (row === undefined || isFinalTaskState(row.state)) return;
  const { workflow, nodes, now } = context;
  const state = stateOf(node, context.stopping);
  const times = isFinalTaskState(state) && row.kind === 'container' ? await timesOfAttempts(node, nodes, { namespace: live.run.namespace, workflow: live.run.workflowName }, context) : undefined;
  const attempts = attemptRows(node, nodes, row.attempts, now, times);
  const inputs = parameterValues(node.inputs);
  const update: TaskUpdate = {
    path,
    state,
    attempts,
    ...(row.inputs === undefined && { inputs: json(inputs) }),
    ...(node.type === 'TaskGroup' && { execution: storedIterations(node.children?.length ?? 0) }),
    ...(row.inputs === undefined && row.kind === 'container' && { execution: containerOf(workflow, node, inputs) }),
    queuedAt: row.queuedAt ?? timeOf(node.startedAt),
    startedAt: (times === undefined ? row.startedAt : undefined) ?? attempts[0]?.startedAt ?? row.startedAt ?? (attempts.length === 0 && state !== 'SKIPPED' ? timeOf(node.startedAt) : undefined),
    finishedAt: isFinalTaskState(state) ? (times?.get(attempts.at(-1)?.nodeId ?? '')?.finishedAt ?? timeOf(node.finishedAt) ?? now) : undefined,
    message: messageOf(live, row, node, state, nodes),
  };
  if (row.inputs === undefined) noteInputArtifacts(live, row, node, context.artifactUri);
  if (!isFinalTaskState(state)) return live.updateTask(update);
  live.updateTask({ ...update, outputs: json(parameterValues(node.outputs)), ...(row.kind === 'dag' && state === 'FAILED' && { message: failureOf(live.members(path)) ?? update.message }) });
  // After the group itself, whose state is the reason of its members'.
  if (row.kind === 'dag') settleOpen(live, live.members(path), state === 'CANCELED' ? 'CANCELED' : 'SKIPPED', update.finishedAt);
  await noteOutputArtifacts(live, row, node, context);
}

/** A pod that Argo skipped had a condition that was false; there is no cache that could have answered it. */
function stateOf(node: NodeStatus, stopping: boolean): TaskState {
  const found = taskStateOf(node);
  const state = found === 'CACHED' ? 'SKIPPED' : found;
  return stopping && (state === 'FAILED' || state === 'SKIPPED') ? 'CANCELED' : state;
}

function messageOf(live: WorkflowRun, row: Task, node: NodeStatus, state: TaskState, nodes: Nodes): string {
  if (state === 'CANCELED') return TERMINATED;
  if (state !== 'SKIPPED') return state === 'SUCCEEDED' ? '' : nodeMessage(node, nodes);
  if (EMPTY_LIST.test(node.message ?? '')) return 'its list was empty';
  const condition = FALSE_CONDITION.exec(node.message ?? '')?.[1];
  return condition === undefined ? reasonOfSkip(live, row) : `its condition was false: ${condition}`;
}

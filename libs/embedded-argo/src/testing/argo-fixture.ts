import { isNodeCompleted, type Artifact, type NodeStatus, type Workflow, type WorkflowStatus } from '@millrace/argo';

/** What a pod comes to, on a cluster and in a replay. */
export interface PodOutcome {
  /** @default 0 */
  readonly exitCode?: number;
  /** Files that it leaves, by path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What it prints: the result of a script template. */
  readonly stdout?: string;
  /** Waits for ever, unless an event ends it. */
  readonly hold?: boolean;
}

/** Something that happens once nothing moves any more and the node it names runs. */
export type FixtureEvent =
  /** A pod ends, which until then only waits. */
  | { readonly finish: string }
  /** A pod is deleted under its node: a signal ends its program. */
  | { readonly lose: string }
  /** Somebody writes these outputs and this phase into a suspended node. */
  | { readonly answer: string; readonly outputs?: Readonly<Record<string, string>>; readonly phase?: string; readonly message?: string }
  /** `spec.shutdown` is set while this node runs. */
  | { readonly shutdown: 'Stop' | 'Terminate'; readonly while: string };

/** A node as it is compared: without times and places, other nodes by name. */
export type RecordedNode = Readonly<Record<string, unknown>>;

export interface Recording {
  readonly status: Readonly<Record<string, unknown>>;
  /** The arguments with which the containers of pods really began, for pods that had any. */
  readonly args?: Readonly<Record<string, readonly string[]>>;
  readonly nodes: Readonly<Record<string, RecordedNode>>;
}

/** A Workflow, what happens to it, and what is left to be recorded from a controller. Nodes are named as in `status.nodes`. */
export interface FixtureCase {
  readonly name: string;
  /** What it shows, as one sentence. */
  readonly rule: string;
  readonly workflow: Workflow;
  /** By name of the node; `*` stands for any text, the first that fits counts. Other pods succeed and leave nothing. */
  readonly pods?: Readonly<Record<string, PodOutcome>>;
  readonly events?: readonly FixtureEvent[];
  /** The controller does not end it: what is recorded is where it stops. */
  readonly endless?: boolean;
}

export interface ArgoFixture extends FixtureCase {
  /** Version of the controller that was asked. */
  readonly argo: string;
  readonly recorded: Recording;
}

/** Whether the pod of a node waits until an event ends it. */
export function isHeld({ pods, events = [] }: Pick<FixtureCase, 'pods' | 'events'>, nodeName: string): boolean {
  return outcomeOf(pods, nodeName).hold === true || events.some((event) => !('answer' in event) && nodeOfEvent(event) === nodeName);
}

export function nodeOfEvent(event: FixtureEvent): string {
  return 'finish' in event ? event.finish : 'lose' in event ? event.lose : 'answer' in event ? event.answer : event.while;
}

/** What an answer writes into a suspended node, as the run controller does. */
export function answerOf({ outputs, phase = 'Succeeded', message = 'answered' }: Extract<FixtureEvent, { readonly answer: string }>): Partial<NodeStatus> {
  const parameters = Object.entries(outputs ?? {}).map(([parameter, value]) => ({ name: parameter, value }));
  return { phase, message, ...(isNodeCompleted(phase) && outputs !== undefined && { outputs: { parameters } }) };
}

export function outcomeOf(pods: FixtureCase['pods'], nodeName: string): PodOutcome {
  const found = Object.entries(pods ?? {}).find(([pattern]) => matches(pattern, nodeName));
  return found?.[1] ?? {};
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(`^${pattern.split('*').map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 'su').test(name);
}

const OF_THE_MOMENT = new Set(['startedAt', 'finishedAt', 'estimatedDuration', 'resourcesDuration', 'hostNodeName', 'podIP', 'taskResultSynced', 'synchronizationStatus']);

/** What is compared of a Workflow's status: everything but times, places and the order in which siblings were entered. */
export function recordStatus(status: WorkflowStatus): Pick<Recording, 'status' | 'nodes'> {
  const nodes = status.nodes ?? {};
  const { phase, message, progress, outputs } = status;
  const whole = { phase, message: recordMessage(message), progress, outputs };
  return {
    status: present(whole),
    nodes: Object.fromEntries(
      Object.values(nodes)
        .map((node) => [node.name, recordNode(node, nodes)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

/**
 * A message without what nobody can know twice: where Argo's executor keeps a pod's files, and the words of its parsers.
 */
export function recordMessage(message: string | undefined): string | undefined {
  return message?.replaceAll('/var/run/argo/outputs/parameters/', '/').replace(/^((?:failed to resolve references: )?Invalid 'when' expression '.*'|unable to evaluate expression|invalid spec|withParam value could not be parsed as a JSON list):? .*$/s, '$1');
}

function recordNode(node: NodeStatus, nodes: Readonly<Record<string, NodeStatus>>): RecordedNode {
  const { children, outboundNodes, boundaryID, inputs, outputs, name: _name, progress, ...rest } = node;
  const nameOf = (id: string): string => nodes[id]?.name ?? `no node ${id}`;
  return present({
    ...Object.fromEntries(Object.entries(rest).filter(([field]) => !OF_THE_MOMENT.has(field))),
    message: recordMessage(node.message),
    // Only what runs has a progress of its own; of all else Argo adds up what hangs behind it, which nobody reads.
    progress: node.type === 'Pod' || node.type === 'Suspend' ? progress : undefined,
    boundary: boundaryID === undefined ? undefined : nameOf(boundaryID),
    inputs: present({ ...inputs, artifacts: recordArtifacts(inputs?.artifacts) }),
    outputs: present({ ...outputs, artifacts: recordArtifacts(outputs?.artifacts) }),
    // Attempts follow each other; of anything else the order depends on which one the controller looked at first, and Argo links what a limit
    // holds back before it makes it.
    children: node.type === 'Retry' ? children?.map(nameOf) : children?.filter((id) => nodes[id] !== undefined).map(nameOf).sort(),
    outboundNodes: outboundNodes?.map(nameOf).sort(),
  });
}

/** Where the cluster keeps them is the cluster's affair. */
function recordArtifacts(artifacts: readonly Artifact[] | undefined): object[] | undefined {
  return artifacts?.filter(({ name }) => name !== 'main-logs').map(({ name, path, optional }) => present({ name, path, optional }));
}

/** Without members that say nothing: absent, empty lists, empty objects and empty texts are one thing in Argo's Go types. */
function present(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const empty = (value: unknown): boolean => value === undefined || value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !empty(value)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

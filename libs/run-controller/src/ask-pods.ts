import type { NodeStatus } from '@millrace/argo';
import { attemptsOf, type Nodes } from '@millrace/workflow-compiler';
import type { AttemptPods, AttemptRef, AttemptTimes } from './attempt-pods.js';
import { timeOf } from './node-time.js';

export interface AskContext {
  readonly pods?: AttemptPods | undefined;
  readonly log: (level: 'warn', message: string, facts?: Readonly<Record<string, unknown>>) => void;
}

type WorkflowRef = Pick<AttemptRef, 'namespace' | 'workflow'>;

/** Where Argo says no more than this, it does not know itself. */
const STARTING = /^(PodInitializing|ContainerCreating)?$/;
/** How long a pod may take to start, or its files to be taken away, before anybody asks why. */
export const PATIENCE_MS = 10_000;
export const MOST_ASKED = 20;

/** When the processes of a task's attempts began and ended, by node id. Goes without what cannot be told: times are no reason to stop following a run. */
export async function timesOfAttempts(node: NodeStatus, nodes: Nodes, ref: WorkflowRef, { pods, log }: AskContext): Promise<ReadonlyMap<string, AttemptTimes>> {
  const times = new Map<string, AttemptTimes>();
  if (pods === undefined) return times;
  await Promise.all(
    attemptsOf(node, nodes).map(async (attempt) => {
      const found = await pods.timesOf({ ...ref, nodeId: attempt.id, templateName: attempt.templateName ?? '' }).catch((error: unknown) => {
        log('warn', 'the times of an attempt could not be read from its pod', { ...ref, node: attempt.id, error: String(error) });
        return undefined;
      });
      if (found !== undefined) times.set(attempt.id, found);
    }),
  );
  return times;
}

/** Why tasks wait whose pods should have started and of which Argo tells nothing; by the key they are given under. Some of them where there are many. */
export async function reasonsOfWaiting<Key>(waiting: Iterable<readonly [Key, NodeStatus]>, nodes: Nodes, ref: WorkflowRef, { pods, log, now }: AskContext & { readonly now: Date }): Promise<ReadonlyMap<Key, string>> {
  const reasons = new Map<Key, string>();
  if (pods === undefined) return reasons;
  const asked: (readonly [Key, NodeStatus])[] = [];
  for (const [key, node] of waiting) {
    const pod = attemptsOf(node, nodes).at(-1);
    const since = timeOf(pod?.startedAt);
    if (pod?.phase !== 'Pending' || !STARTING.test(pod.message ?? '') || since === undefined || now.getTime() - since.getTime() < PATIENCE_MS) continue;
    if (asked.push([key, pod]) === MOST_ASKED) break;
  }
  await Promise.all(
    asked.map(async ([key, pod]) => {
      const reason = await pods.whyWaiting({ ...ref, nodeId: pod.id, templateName: pod.templateName ?? '' }).catch((error: unknown) => {
        log('warn', 'why a pod does not start could not be read', { ...ref, node: pod.id, error: String(error) });
        return undefined;
      });
      if (reason !== undefined) reasons.set(key, reason);
    }),
  );
  return reasons;
}

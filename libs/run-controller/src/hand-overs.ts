import type { NodeStatus } from '@millrace/argo';
import { attemptsOf, type Nodes } from '@millrace/workflow-compiler';
import { MOST_ASKED, PATIENCE_MS, type AskContext } from './ask-pods.js';
import type { AttemptRef } from './attempt-pods.js';

type WorkflowRef = Pick<AttemptRef, 'namespace' | 'workflow'>;

/** Tries that failed for what no waiting mends, such as a bucket that is missing, and were seen to. */
const MOST_REFUSALS = 4;
/** A server that does not answer, or not yet: Kubernetes' or the store. It is waited for, however long it is away. */
const AWAY =
  /dial tcp|connection (refused|reset|lost|timed out)|i\/o timeout|no such host|no route to host|network is unreachable|\bEOF\b|TLS handshake|context deadline exceeded|timed out|try again|too many requests|slow ?down|unavailable|unable to handle the request|internal ?error|etcdserver|not ready/i;

/** What is held of a task whose files are on their way. */
export interface HandOverWatch {
  /** Since when it is known here. */
  readonly since: Date;
  failures: number;
  /** A server that has just come back may refuse what it will soon allow, after many tries that did not reach it: only those that were looked at count. */
  refusals: number;
}

/** Whether the process of a task has ended while Argo's executor still takes its files away: its node has an exit code before it is over. */
export function isHandingOver(node: NodeStatus, nodes: Nodes): boolean {
  const last = attemptsOf(node, nodes).at(-1);
  return last?.phase === 'Running' && last.outputs?.exitCode !== undefined;
}

/**
 * Why files of tasks that have ended are not in the store yet, by the key they are given under. Where waiting does not help the attempt is ended, so
 * that its node tells why; where they are there and Argo could not be told, it is told now.
 */
export async function reasonsOfHandOvers<Key>(
  late: Iterable<readonly [Key, { readonly node: NodeStatus; readonly watch: HandOverWatch }]>,
  nodes: Nodes,
  ref: WorkflowRef,
  { pods, log, now }: AskContext & { readonly now: Date },
): Promise<ReadonlyMap<Key, string>> {
  const reasons = new Map<Key, string>();
  if (pods === undefined) return reasons;
  const asked = [...late].filter(([, { watch }]) => now.getTime() - watch.since.getTime() >= PATIENCE_MS).slice(0, MOST_ASKED);
  await Promise.all(
    asked.map(async ([key, { node, watch }]) => {
      const last = attemptsOf(node, nodes).at(-1);
      if (last === undefined) return;
      const attempt = { ...ref, nodeId: last.id, templateName: last.templateName ?? '' };
      try {
        const found = await pods.handOverOf(attempt);
        if (found?.done === true) {
          // On a busy node Argo may only not have come to it.
          if (await pods.tellDone(attempt)) log('warn', 'the files of an attempt are in the store, and its executor could not tell Argo; it is told', { ...ref, node: last.id });
          return;
        }
        if (found === undefined || found.failures === 0) return;
        const { failures, reason } = found;
        reasons.set(key, `Its process has ended; its files are not in the store yet, after ${failures === 1 ? 'one try' : `${failures} tries`}: ${reason}`);
        if (failures === watch.failures) return;
        watch.failures = failures;
        watch.refusals = AWAY.test(reason) ? 0 : watch.refusals + 1;
        log('warn', 'the files of an attempt are not in the store yet', { ...ref, node: last.id, failures, reason });
        if (watch.refusals < MOST_REFUSALS) return;
        log('warn', 'the files of an attempt cannot be taken away; it is ended', { ...ref, node: last.id, failures, reason });
        await pods.giveUp(attempt);
      } catch (error) {
        log('warn', 'what becomes of the files of an attempt could not be read from its pod, or be changed', { ...ref, node: last.id, error: String(error) });
      }
    }),
  );
  return reasons;
}

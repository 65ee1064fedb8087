import type { NodeStatus } from '@millrace/argo';
import { attemptsOf, type Nodes } from '@millrace/workflow-compiler';

export const TERMINATED = 'the run was terminated';
const OMITTED = /^omitted: depends condition not met$/i;
const SHUT_DOWN = /^(workflow shutdown|stopped) with strategy/i;
const PAST_DEADLINE = /^pod was active on the node longer than the specified deadline$/i;
const NO_MORE_RETRIES = /^no more retries left$/i;
// Argo puts the container and its exit code before what is known; embedded Argo's reason begins with the code too.
const MAIN_ERROR = /^main: Error \(exit code (\d+)\)(?:: )?/;
// Of the container that takes the files away Argo speaks only where the task's own ended well.
const WAIT_ERROR = /^wait: \w+ \(exit code (\d+)\)(?:: )?/;

/**
 * What Argo says of a task's node, for who wrote the pipeline: without Argo's own words where there is something better to say, and empty
 * when there is nothing. After the last retry, the reason of the last attempt.
 *
 * @param lastWords the last line of its log, for where Argo knows of no reason
 */
export function nodeMessage(node: NodeStatus, nodes: Nodes, lastWords = ''): string {
  const attempts = attemptsOf(node, nodes);
  const last = attempts.at(-1);
  if (node.type !== 'Retry' || last?.message === undefined || (node.phase !== 'Failed' && node.phase !== 'Error')) return inOurWords(node.message ?? '', lastWords);
  if (node.message !== undefined && node.message !== '' && !NO_MORE_RETRIES.test(node.message)) return inOurWords(node.message, lastWords);
  const reason = inOurWords(last.message, lastWords);
  return attempts.length > 1 ? `${reason}${/[.!?]$/.test(reason) ? '' : '.'} All ${attempts.length} attempts failed.` : reason;
}

function inOurWords(message: string, lastWords: string): string {
  if (OMITTED.test(message)) return 'a task before it did not succeed';
  if (SHUT_DOWN.test(message)) return TERMINATED;
  if (PAST_DEADLINE.test(message)) return 'it was stopped because it ran longer than its timeout';
  const left = WAIT_ERROR.exec(message);
  if (left !== null) return `Its work was done, but what it left could not be taken away: ${message.slice(left[0].length).replace(/[\s;]+$/, '') || `Argo's executor ended with exit code ${left[1]}`}`;
  const failed = MAIN_ERROR.exec(message);
  if (failed === null) return message;
  const rest = message.slice(failed[0].length);
  if (rest !== '') return rest;
  return lastWords === '' ? `Exit code ${failed[1]}; its log may tell why.` : `Exit code ${failed[1]}: ${lastWords}`;
}

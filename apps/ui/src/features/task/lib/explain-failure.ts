import type { TaskDetail } from '@millrace/api-contract';

export interface Explanation {
  /** The raw reason, small beside the sentence. */
  readonly raw: string;
  /** The cause, when one is known. */
  readonly cause: string | undefined;
  readonly exitCode: number | undefined;
}

/** What is known of why a task failed: its own message, else that of its last attempt. The words around it are the page's. */
export function explainFailure(task: Pick<TaskDetail, 'name' | 'message' | 'attempt_list'>): Explanation {
  const last = task.attempt_list.at(-1);
  const message = (task.message || last?.message || '').trim();
  const exitCode = last?.exit_code;
  // "exit code 1" alone tells nothing that the small print does not say already.
  const bare = /^(main: )?(error )?\(?exit (code|status) \d+\)?\.?$/i.test(message);
  return { raw: bare ? message : '', cause: bare || message === '' ? undefined : message, exitCode };
}

/**
 * Stands in a plan for the folder of an attempt, where attempts have folders of their own: a plan is made once, and which attempt it is
 * only the pod knows. No text of an author's has it by chance.
 */
export function attemptMark(taskId: string): string {
  return `attempt-of-${taskId}`;
}

/** The folder, below that of the task, of an attempt: its number from 0 on, or what becomes it. */
export function attemptFolder(attempt: number | string): string {
  return `attempt-${attempt}`;
}

type Placed = { readonly taskRoot: string; readonly taskId: string };

/** Whether attempts have folders of their own. */
export function isPlacedByAttempt({ taskRoot, taskId }: Placed): boolean {
  return taskRoot.endsWith(attemptMark(taskId));
}

/** The same with the folder of one attempt wherever the mark stood; where attempts have no folders of their own, the very same. */
export function placeAttempt<Value extends object>(value: Value, placed: Placed, attempt: number | string): Value {
  return isPlacedByAttempt(placed) ? (JSON.parse(JSON.stringify(value).replaceAll(attemptMark(placed.taskId), attemptFolder(attempt))) as Value) : value;
}

/** Whether a part of a path is an attempt's folder. */
export function isAttemptFolder(part: string): boolean {
  return /^attempt-\d+$/.test(part);
}

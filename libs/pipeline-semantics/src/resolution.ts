import type { ScopePath, TaskState } from './run-view.js';

/** A value that is looked for: found, not given, not known yet, or never to be known. */
export type Resolution<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'absent' }
  /** Known once these executions are over. */
  | { readonly kind: 'unknown'; readonly on: readonly ScopePath[] }
  /** Its producer ended without producing it. */
  | { readonly kind: 'blocked'; readonly by: ScopePath; readonly state: TaskState }
  | { readonly kind: 'failed'; readonly message: string };

export const ABSENT: Resolution<never> = { kind: 'absent' };

export function known<T>(value: T): Resolution<T> {
  return { kind: 'known', value };
}

export function failed(message: string): Resolution<never> {
  return { kind: 'failed', message };
}

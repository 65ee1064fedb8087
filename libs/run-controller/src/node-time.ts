/** A time of Argo's (`2026-11-22T08:00:00Z`, with or without milliseconds); undefined when it is not set. */
export function timeOf(text: unknown): Date | undefined {
  return typeof text === 'string' && text !== '' ? new Date(text) : undefined;
}

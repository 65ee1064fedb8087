import { PipelineError } from '@millrace/errors';

const MAX_DEPTH = 200;

/** Refuses values nested deeper than anything we compile or store: recursive code further on must not run out of stack. */
export function assertDepth(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new PipelineError('INVALID_ARGUMENT', `The body is nested deeper than ${MAX_DEPTH} levels.`);
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each).filter((child) => typeof child === 'object') : []));
  }
}

import { describe, expect, it } from 'vitest';
import { PipelineError, isPipelineError } from './pipeline-error.js';

describe('PipelineError', () => {
  it('carries code, message, details and cause', () => {
    const cause = new Error('disk');
    const error = new PipelineError('NOT_FOUND', 'Run "a" does not exist.', { details: { id: 'a' }, cause });
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: 'Run "a" does not exist.', details: { id: 'a' }, cause });
  });

  it('is told from other errors, by code and not by class', () => {
    expect(isPipelineError(Object.assign(new Error('x'), { code: 'NOT_FOUND' }))).toBe(true);
    expect(isPipelineError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe(false);
    expect(isPipelineError('NOT_FOUND')).toBe(false);
  });
});

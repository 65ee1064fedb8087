import { describe, expect, it } from 'vitest';
import { explainFailure } from './explain-failure';

const attempt = (more: object) => ({ index: 0, node_id: 'n', state: 'FAILED' as const, ...more });

describe('explainFailure', () => {
  it('takes the sentence of the task', () => {
    expect(explainFailure({ name: 'a', message: 'a ran out of memory.', attempt_list: [attempt({ exit_code: 137 })] })).toEqual({ raw: '', cause: 'a ran out of memory.', exitCode: 137 });
  });

  it('falls back to what the last attempt said', () => {
    expect(explainFailure({ name: 'a', attempt_list: [attempt({ message: 'first' }), attempt({ message: 'second' })] }).cause).toBe('second');
  });

  it('does not take a bare exit code for a cause', () => {
    expect(explainFailure({ name: 'a', message: 'Error (exit code 1)', attempt_list: [attempt({ exit_code: 1 })] })).toMatchObject({ cause: undefined, exitCode: 1 });
  });
});

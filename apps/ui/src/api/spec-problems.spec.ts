import { describe, expect, it } from 'vitest';
import { problemsOfDetails, problemsOfText } from './spec-problems';

describe('problems of a spec', () => {
  it('are read from the details of an error', () => {
    const details = [{ code: 3, message: 'x' }, { value: { issues: [{ path: 'root.dag', message: 'is missing', line: 4, remedy: 'Add it.' }] } }];
    expect(problemsOfDetails(details)).toEqual([{ path: 'root.dag', message: 'is missing', line: 4, remedy: 'Add it.' }]);
    expect(problemsOfDetails()).toEqual([]);
  });

  it('are read from text where only text is given', () => {
    const text = `"a.yaml" has 2 problems:\n- root.dag.tasks['my task'].componentRef (line 12, column 9): there is no component "x".\n- schemaVersion: is missing.`;
    expect(problemsOfText(text)).toEqual([
      { path: "root.dag.tasks['my task'].componentRef", line: 12, message: 'there is no component "x".' },
      { path: 'schemaVersion', message: 'is missing.' },
    ]);
  });

  it('are one when the text names one', () => {
    expect(problemsOfText('"a.yaml" is not valid: (line 3, column 1): bad indentation')).toEqual([{ path: '', line: 3, message: 'bad indentation' }]);
    expect(problemsOfText('The file is empty.')).toEqual([]);
  });
});

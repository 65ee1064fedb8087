import type { PipelineParameter } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { en } from '../../../i18n/en';
import { findJsonFault } from './json-fault';
import { draftsOf, readDraft, readDrafts, shownDraft } from './parameter-drafts';
import { kfpCommand, pythonProgram, quoteShell, toPython } from './terminal-command';

const parameter = (name: string, type: PipelineParameter['type'], more: Partial<PipelineParameter> = {}): PipelineParameter => ({ name, type, required: more.default === undefined, ...more });

describe('findJsonFault', () => {
  it('finds nothing in JSON', () => {
    for (const text of ['{}', '[1, 2.5e-3, "a\\n", null, {"b": [true]}]', ' "x" ']) expect(findJsonFault(text)).toBeUndefined();
  });

  it('names the line of a missing comma and mends it', () => {
    const fault = findJsonFault('{\n  "a": 1.0,\n  "b": 1.4\n  "c": 0.8\n}');
    expect(fault).toMatchObject({ line: 4, kind: 'comma', found: '"c"' });
    expect(JSON.parse(fault?.mended ?? '')).toEqual({ a: 1, b: 1.4, c: 0.8 });
  });

  it('names a comma too many, an early end and a strange word', () => {
    expect(findJsonFault('[1,]')).toMatchObject({ kind: 'trailing', mended: '[1]' });
    expect(findJsonFault('{"a": 1')).toMatchObject({ kind: 'end' });
    expect(findJsonFault('[tru]')).toMatchObject({ kind: 'unexpected', found: 'tru' });
    expect(findJsonFault("{'a': 1}")).toMatchObject({ kind: 'unexpected', found: "'" });
    expect(findJsonFault('')).toMatchObject({ kind: 'end', line: 1 });
  });

  it('agrees with JSON.parse on what is JSON', () => {
    for (const text of ['01', '1.', '-', '"\\x"', '[1 2]', '{"a" 1}', 'null x', '+1', 'NaN', '"\u0001"', '[,]', '{,}']) {
      expect(() => JSON.parse(text)).toThrow(SyntaxError);
      expect(findJsonFault(text)).toBeDefined();
    }
  });
});

describe('drafts', () => {
  it('become values of the parameter type', () => {
    expect(readDraft(parameter('n', 'NUMBER_INTEGER'), '12', en)).toEqual({ value: 12 });
    expect(readDraft(parameter('n', 'NUMBER_DOUBLE'), '3e-5', en)).toEqual({ value: 0.00003 });
    expect(readDraft(parameter('n', 'LIST'), '["a"]', en)).toEqual({ value: ['a'] });
    expect(readDraft(parameter('n', 'BOOLEAN'), 'false', en)).toEqual({ value: false });
  });

  it('tell what is wrong by name', () => {
    expect(readDraft(parameter('n', 'NUMBER_INTEGER'), '1.5', en)).toMatchObject({ problem: { message: 'n is not a whole number.' } });
    expect(readDraft(parameter('n', 'STRUCT'), '[1]', en)).toHaveProperty('problem');
    expect(readDraft(parameter('n', 'STRING'), undefined, en)).toMatchObject({ problem: { message: 'n is required.' } });
  });

  it('are sent only where they differ from the default', () => {
    const parameters = [parameter('a', 'NUMBER_INTEGER', { default: 10 }), parameter('b', 'STRING', { default: 'x' }), parameter('c', 'STRUCT', { default: { k: 1, l: 2 } }), parameter('d', 'STRING', { required: false })];
    const read = readDrafts(parameters, { a: '10', b: '', c: '{"l": 2, "k": 1}' }, en);
    expect(read).toMatchObject({ values: { b: '' }, problems: [] });
    expect([...read.changed]).toEqual(['b']);
    expect(shownDraft(parameters[0] as PipelineParameter, {})).toBe('10');
  });

  it('are made from the values of a copied run, and say what does not fit', () => {
    const parameters = [parameter('a', 'NUMBER_INTEGER'), parameter('l', 'STRING', { literals: ['x', 'y'] })];
    const { drafts, problems } = draftsOf(parameters, { a: 3, l: 'z', gone: 1 }, en);
    expect(drafts['a']).toBe('3');
    expect(problems.map((problem) => problem.name)).toEqual(['l', 'gone']);
  });
});

describe('the same from a terminal', () => {
  const run = { host: 'http://127.0.0.1:7600', name: "it's", experiment: 'Default', pipelineId: 'p', versionId: 'v', parameters: { path: '/data x', n: 3, flag: true } };

  it('quotes for the shell and leaves out what the command cannot give', () => {
    const answer = kfpCommand(run);
    expect(answer?.command).toContain(`--run-name 'it'\\''s'`);
    expect(answer?.command).toContain(`'path=/data x'`);
    expect(answer?.leftOut).toEqual(['n', 'flag']);
    expect(quoteShell('plain-1')).toBe('plain-1');
  });

  it('writes Python literals', () => {
    expect(toPython({ a: [true, null, "q'"] })).toBe(`{'a': [True, None, 'q\\'']}`);
    expect(pythonProgram(run)).toContain("'flag': True,");
    expect(pythonProgram({ ...run, pipelineId: undefined })).toContain('create_run_from_pipeline_package');
    expect(kfpCommand({ ...run, pipelineId: undefined })).toBeUndefined();
  });
});

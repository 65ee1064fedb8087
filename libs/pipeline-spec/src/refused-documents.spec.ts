import { describe, expect, it } from 'vitest';
import { parsePipeline, parsePipelineValue } from './parse-pipeline.js';
import { SpecError } from './spec-error.js';
import { aSpec } from './testing/a-spec.js';
import { issuesOf } from './testing/issues-of.js';

function refusal(text: string): { code: string; message: string } {
  try {
    parsePipeline(text, { fileName: 'x.yaml' });
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('The document was accepted.');
}

describe('documents that are not a pipeline', () => {
  it.each([
    ['an empty file', '', 'It is empty.'],
    ['blanks and comments', '  \n# nothing here\n---\n', 'It is empty.'],
    ['a Kubernetes object', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n', 'a Kubernetes object (kind: Deployment)'],
    ['a list', '- 1\n- 2\n', 'not a pipeline but a list'],
    ['a number', '42', 'not a pipeline but the number 42'],
    ['a word', 'hello', 'not a pipeline but the text "hello"'],
    ['an empty object', '{}', 'It is not a pipeline'],
    ['a v1 component', 'name: x\nimplementation: {container: {image: y}}\n', 'a component definition of KFP v1'],
    ['a platform alone', 'platforms: {kubernetes: {}}', 'a platform document only'],
    ['two pipelines', `${JSON.stringify(aSpec())}\n---\n${JSON.stringify(aSpec())}`, 'It has 2 pipeline documents.'],
    ['two platforms', `${JSON.stringify(aSpec())}\n---\nplatforms: {}\n---\nplatforms: {}`, 'It has 2 platform documents.'],
  ])('%s is refused by what it is', (_, text, expected) => {
    const error = refusal(text);
    expect(error).toBeInstanceOf(SpecError);
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toContain(expected);
    expect(error.message).toContain('x.yaml');
  });

  it('an Argo Workflow where only the IR fits is named as KFP v1', () => {
    const error = refusal('apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {generateName: x-}\nspec: {}\n');
    expect(error.message).toMatch(/"x\.yaml" is not valid: It is an Argo Workflow .* KFP v1/);
  });

  it('values of the wrong kind are refused too', () => {
    for (const value of [null, 5, 'x', [], undefined]) expect(() => parsePipelineValue(value)).toThrow(SpecError);
  });

  it.each([
    ['root: [1, 2\n', 2],
    ['a: b\n\tc: d\n', 2],
    ['a: "never closed\n', 2],
    ['a: 1\na: 2\n', 2],
    ['root: *nowhere\n', 1],
  ])('broken YAML %j is refused with a line near the fault', (text, line) => {
    const [issue] = issuesOf(() => parsePipeline(text));
    expect(issue?.message).toMatch(/^It is neither valid YAML nor JSON: /);
    expect(issue?.line).toBeGreaterThanOrEqual(line - 1);
  });
});

describe('documents that would exhaust the machine', () => {
  const quickly = (text: string): string => {
    const started = performance.now();
    const { message } = refusal(text);
    expect(performance.now() - started).toBeLessThan(3_000);
    return message;
  };

  it('an alias bomb is cut off', () => {
    const lines = ['a0: &a0 {x: 1}'];
    for (let level = 1; level < 40; level += 1) lines.push(`a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`).join(', ')}]`);
    lines.push('root: {inputDefinitions: {parameters: {p: {parameterType: LIST, defaultValue: *a39}}}}');
    expect(quickly(lines.join('\n'))).toContain('aliases');
  });

  it('a merge bomb is cut off', () => {
    const keys = Array.from({ length: 5_000 }, (_, index) => `k${index}: 1`).join(', ');
    const lines = Array.from({ length: 1_000 }, (_, index) => `  x${index}: {<<: *a}`);
    expect(quickly(`a: &a {${keys}}\nroot:\n${lines.join('\n')}`)).toContain('merge');
  });

  it.each([
    ['YAML', `root: ${'['.repeat(100_000)}`],
    ['closed YAML', `root: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['JSON', `{"root": ${'{"dag":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
    ['a JSON value', JSON.stringify(aSpec()).replace('"defaultValue":0.5', `"defaultValue":${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
  ])('deep nesting of %s is cut off', (_, text) => {
    expect(quickly(text)).toMatch(/nest|not a field/);
  });

  it('components that double at each level are refused by their count', () => {
    const spec = aSpec();
    for (let level = 0; level < 60; level += 1) {
      const next = level === 59 ? 'comp-load' : `level-${level + 1}`;
      spec['components'][`level-${level}`] = { dag: { tasks: { a: { componentRef: { name: next } }, b: { componentRef: { name: next } } } } };
    }
    spec['root'].dag.tasks['deep'] = { componentRef: { name: 'level-0' } };
    expect(quickly(JSON.stringify(spec))).toContain('at most 100000');
  });

  it('thousands of faults are counted, not all listed', () => {
    const spec = aSpec();
    for (let index = 0; index < 20_000; index += 1) spec['root'].dag.tasks[`t${index}`] = 5;
    expect(quickly(JSON.stringify(spec))).toContain('more problems are not listed');
  });
});

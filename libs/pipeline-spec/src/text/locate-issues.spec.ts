import { describe, expect, it } from 'vitest';
import { parsePipeline } from '../parse-pipeline.js';
import { aSpecWith } from '../testing/a-spec.js';
import { issuesOf } from '../testing/issues-of.js';

const TEXT = `platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-b: {}
---
schemaVersion: 2.1.0
pipelineInfo: {name: Bad}
components:
  comp-a:
    executor_label: exec-x
deploymentSpec:
  executors:
    exec-a: {container: {image: x, args: [a, 5]}}
root:
  dag:
    tasks:
      a:
        componentRef: {name: comp-a}
        dependentTasks:
        - a1
        - b
`;

describe('places of issues', () => {
  it('name line and column of the key or the list item, in the order of the text', () => {
    const places = issuesOf(() => parsePipeline(TEXT)).map(({ path, line, column }) => `${line}:${column} ${path}`);
    expect(places).toEqual([
      "5:9 platforms['kubernetes'].deploymentSpec.executors['exec-b']",
      '8:16 pipelineInfo.name',
      "11:5 components['comp-a'].executorLabel",
      "14:46 deploymentSpec.executors['exec-a'].container.args[1]",
      "21:11 root.dag.tasks['a'].dependentTasks[0]",
      "22:11 root.dag.tasks['a'].dependentTasks[1]",
    ]);
  });

  it('lead to what something is missing from', () => {
    const text = JSON.stringify(aSpecWith((spec) => delete spec['root'].dag.tasks.train.inputs), null, 2);
    const [issue] = issuesOf(() => parsePipeline(text));
    expect(text.split('\n')[(issue?.line ?? 0) - 1]).toContain('"train": {');
  });

  it('follow aliases to where the value is written', () => {
    const issues = issuesOf(() => parsePipeline(TEXT.replace('- a1', '- &x a1').replace('- b', '- *x')));
    expect(issues.at(-1)).toMatchObject({ line: 21 });
  });

  it('are absent where the text has none', () => {
    const [issue] = issuesOf(() => parsePipeline('root: {dag: {tasks: {}}}\npipelineInfo: {name: a}\n')).filter(({ path }) => path === 'schemaVersion');
    expect(issue).not.toHaveProperty('line');
  });
});

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { parsePipeline } from '@millrace/pipeline-spec';
import { decide, locateTask } from '@millrace/pipeline-semantics';
import { describe, expect, it } from 'vitest';
import { answerGate } from './answer-gate.js';
import { compileWorkflow } from './compile-workflow.js';
import { type CaseFacts, layoutOf, newTaskId, planCase, viewOf } from './testing/plan-case.js';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const UPDATE = process.env['UPDATE_FIXTURES'] === '1';

function read(name: string): string {
  return readFileSync(new URL(name, FIXTURES), 'utf8');
}

/** The value as it is on file; put there first when fixtures are updated. */
function onFile(name: string, value: unknown): string {
  const text = asYaml(value);
  if (UPDATE) writeFileSync(new URL(name, FIXTURES), text);
  return read(name);
}

function asYaml(value: unknown): string {
  // Undefined members are no part of a Workflow.
  return dump(JSON.parse(JSON.stringify(value)), { lineWidth: -1, noRefs: true });
}

const CASES = readdirSync(FIXTURES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe.each(CASES.sort())('%s', (name) => {
  const pipeline = parsePipeline(read(`${name}/pipeline.yaml`));
  const facts = (existsSync(new URL(`${name}/given.yaml`, FIXTURES)) ? load(read(`${name}/given.yaml`)) : {}) as CaseFacts;
  const layout = layoutOf(facts);
  const compile = () => {
    const { run, plan } = planCase(pipeline, facts);
    return { run, plan, workflow: compileWorkflow({ pipeline, plan, run, layout, settings: { namespace: 'team', serviceAccount: 'pipeline-runner' } }) };
  };

  it('compiles to the Workflow on file, byte for byte each time', () => {
    const { workflow } = compile();
    expect(JSON.stringify(compile().workflow)).toBe(JSON.stringify(workflow));
    expect(asYaml(workflow)).toBe(onFile(`${name}/workflow.yaml`, workflow));
  });

  it('answers each gate with what the task behind it takes, which Argo asks for also where it does not run', () => {
    const { run, plan, workflow } = compile();
    const dags = workflow.spec.templates!.flatMap(({ dag }) => (dag === undefined ? [] : [dag]));
    for (const { path, decision } of plan.tasks.values()) {
      if (decision.kind !== 'wait') continue;
      const { component } = locateTask(pipeline, path);
      const answer = answerGate({ kind: 'fail', message: 'm' }, { layout, pipeline, run, component });
      const own = `{{inputs.parameters.path}}/${path.slice(path.lastIndexOf('/') + 1)}`;
      const taken = dags.flatMap(({ tasks }) => {
        const gates = tasks.filter(({ template, arguments: given }) => template === 'millrace-gate' && given?.parameters?.[0]?.value === own).map((gate) => gate.name);
        return [...JSON.stringify(tasks).matchAll(/\{\{tasks\.([^}]+?)\.outputs\.parameters\.([^}]+)\}\}/g)].flatMap(([, gate = '', slot = '']) => (gates.includes(gate) ? [slot] : []));
      });
      const told = answer.outputs.parameters!.map(({ name: slot }) => slot);
      expect([path, told]).toEqual([path, expect.arrayContaining(taken)]);
      // A DAG that is no loop takes none of its own.
      expect(told.filter((slot) => slot !== 'items' && taken.length > 0 && !taken.includes(slot))).toEqual([]);
    }
  });

  if (facts.produced === undefined) return;

  it('answers its gates as on file', () => {
    const { run, plan } = compile();
    const view = viewOf(run, facts.produced, facts.facts);
    const answers: Record<string, unknown> = {};
    const waiting = [...plan.tasks.values()].flatMap(({ path, perIteration, decision }) => (decision.kind === 'wait' && !perIteration ? [path] : []));
    for (const path of facts.gates ?? waiting) {
      const first = decide(pipeline, path, view, { layout, cache: { enabled: false }, taskId: newTaskId(path) });
      const decided = first.kind === 'need-cache' ? first.next(undefined) : first;
      if (decided.kind === 'wait' || decided.kind === 'need-cache') throw new Error(`"${path}" is not decided: ${JSON.stringify(decided)}`);
      const { task, component } = locateTask(pipeline, path);
      const closes = component.dag !== undefined || (task.triggerPolicy?.condition ?? '') !== '';
      answers[path] = answerGate(decided.kind === 'effect' ? decided.after : decided, { layout, pipeline, run, component, kind: closes ? 'dag' : 'container' });
    }
    expect(asYaml(answers)).toBe(onFile(`${name}/answers.yaml`, answers));
  });
});

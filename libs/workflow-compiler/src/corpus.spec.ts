import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { type InputParameterSpec, type JsonValue, type Pipeline, parsePipeline, unsupportedFeatures } from '@millrace/pipeline-spec';
import { describe, expect, it } from 'vitest';
import { compileWorkflow } from './compile-workflow.js';
import { layout, planCase } from './testing/plan-case.js';

/** Pipelines that the KFP SDK's own tests use; they lie beside the repository on machines where it is developed. */
const CORPUS = new URL('../../../../shared/pipelines/valid/', import.meta.url);
const found = existsSync(CORPUS);
if (!found) console.warn(`corpus.spec.ts: skipped, because there is no ${CORPUS.pathname}`);
const files = found ? readdirSync(CORPUS, { recursive: true }).map(String).filter((file) => /\.(yaml|json)$/.test(file)).sort() : [];

function someValue({ parameterType, literals }: InputParameterSpec): JsonValue {
  const byType: Readonly<Record<string, JsonValue>> = { STRING: 'text', NUMBER_INTEGER: 3, NUMBER_DOUBLE: 1.5, BOOLEAN: true, LIST: [1], STRUCT: { a: 1 } };
  return literals?.[0] ?? byType[parameterType] ?? null;
}

function requiredParameters(pipeline: Pipeline): Record<string, JsonValue> {
  const declared = Object.entries(pipeline.spec.root.inputDefinitions?.parameters ?? {});
  return Object.fromEntries(declared.filter(([, spec]) => spec.defaultValue === undefined && spec.isOptional !== true).map(([name, spec]) => [name, someValue(spec)]));
}

describe.skipIf(!found)('the corpus of compiled pipelines', () => {
  const runnable = files.flatMap((file) => {
    const pipeline = parsePipeline(readFileSync(new URL(file, CORPUS), 'utf8'), { fileName: file });
    return unsupportedFeatures(pipeline, { substrate: 'embedded' }).length === 0 ? [{ file, pipeline }] : [];
  });

  it('is runnable but for workspaces, volumes, secrets and the like', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(78);
  });

  it.each(runnable)('$file is planned without a fault and compiled', ({ pipeline }) => {
    const { run, plan } = planCase(pipeline, { parameters: requiredParameters(pipeline) });
    const decisions = [...plan.tasks.values()].map(({ decision }) => decision);
    // One of them is an exit task without anything before it.
    expect(decisions.filter((decision) => decision.kind === 'fail' && !decision.message.includes('final status'))).toEqual([]);
    const workflow = compileWorkflow({ pipeline, plan, run, layout, settings: { namespace: 'team' } });
    // What is Argo's is Argo's tags; no user text may look like one.
    for (const tag of JSON.stringify(workflow).match(/\{\{.*?\}\}/g) ?? []) expect(tag).toMatch(/^\{\{(item|inputs\.parameters\.[a-zA-Z]+|tasks\.[-a-z0-9A-Z]+\.outputs\.parameters\.[a-zA-Z]+)\}\}$/);
  });
});

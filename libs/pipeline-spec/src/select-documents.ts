import { describeValue } from './describe-value.js';
import { SpecError } from './spec-error.js';
import { isWorkflowDocument } from './workflow/workflow-pipeline.js';

export interface PipelineDocuments {
  readonly spec: unknown;
  readonly platform?: unknown;
}

const SPEC_FIELDS = ['pipelineInfo', 'pipeline_info', 'root', 'schemaVersion', 'schema_version', 'deploymentSpec', 'deployment_spec', 'components'];
const WRAPPER_FIELDS = ['pipeline_spec', 'pipelineSpec', 'platform_spec', 'platformSpec'];

/** Tells the pipeline document from the platform document. Throws when either is there twice, when there is no pipeline, or when it is another kind of file. */
export function selectDocuments(documents: readonly unknown[], fileName: string | undefined): PipelineDocuments {
  const all = documents.flatMap((document) => unwrapSpec(document));
  const platforms: unknown[] = [];
  const specs: unknown[] = [];
  for (const document of all) (isPlatform(document) ? platforms : specs).push(document);
  const [spec] = specs;
  const fail = (message: string, remedy: string): never => {
    throw new SpecError([{ path: '', message, remedy }], { fileName });
  };
  if (spec === undefined && platforms.length > 0) fail('It has a platform document only.', 'Add the pipeline document that the SDK compiled with it.');
  if (spec === undefined) fail('It is empty.', 'Compile a pipeline with the kfp SDK.');
  for (const document of specs) refuseOtherKinds(document, fail);
  if (specs.length > 1) fail(`It has ${specs.length} pipeline documents.`, 'Keep one pipeline in a file.');
  if (platforms.length > 1) fail(`It has ${platforms.length} platform documents.`, 'Keep one, with all executors in it.');
  return platforms.length === 0 ? { spec } : { spec, platform: platforms[0] };
}

/** `{pipeline_spec, platform_spec}` as its two documents; anything else is one document. */
export function unwrapSpec(value: unknown): readonly unknown[] {
  if (!isRecord(value)) return [value];
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => WRAPPER_FIELDS.includes(key))) return [value];
  return WRAPPER_FIELDS.filter((key) => Object.hasOwn(value, key))
    .map((key) => value[key])
    .filter((document) => document !== null && document !== undefined);
}

function isPlatform(document: unknown): boolean {
  return isRecord(document) && Object.hasOwn(document, 'platforms') && !SPEC_FIELDS.some((field) => Object.hasOwn(document, field));
}

function refuseOtherKinds(document: unknown, fail: (message: string, remedy: string) => never): void {
  const remedy = 'Compile the pipeline with kfp.compiler.Compiler().compile(…) and use the file it writes.';
  if (!isRecord(document)) {
    fail(`It is not a pipeline but ${describeValue(document)}.`, remedy);
    return;
  }
  if (SPEC_FIELDS.some((field) => Object.hasOwn(document, field))) return;
  const { kind } = document;
  if (isWorkflowDocument(document)) fail('It is an Argo Workflow (kind: Workflow), the format of KFP v1, where a pipeline of KFP 2 is needed.', 'Give it alone, or compile the pipeline with kfp 2.');
  if (typeof kind === 'string') fail(`It is not a pipeline but a Kubernetes object (kind: ${kind}).`, remedy);
  if (Object.hasOwn(document, 'implementation')) {
    fail('It is not a pipeline but a component definition of KFP v1.', 'Load it with kfp.components.load_component_from_file and compile a pipeline that uses it.');
  }
  fail(`It is not a pipeline: none of ${['pipelineInfo', 'root', 'components', 'deploymentSpec', 'schemaVersion'].join(', ')} is there.`, remedy);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { PipelineDocument } from '@millrace/database';
import { isWorkflowDocument, parseAnyPipelineValue, pipelineParameters } from '@millrace/pipeline-spec';
import type { v1beta1 } from '@millrace/api-contract';
import { message } from '../v2beta1/proto-json.js';
import { toWireSpec } from '../v2beta1/pipelines.mapper.js';

/** Which of v1's two fields holds a pipeline, and its text there. */
export function toManifests(document: PipelineDocument): { readonly workflow_manifest?: string; readonly pipeline_manifest?: string } {
  const text = toTemplate(document);
  return isWorkflowDocument(document.pipelineSpec) ? { workflow_manifest: text } : { pipeline_manifest: text };
}

/** A pipeline as text: JSON, which is YAML too. */
export function toTemplate(document: PipelineDocument): string {
  return JSON.stringify(toWireSpec(document));
}

/** The parameters of a pipeline with their defaults, as v1 lists them; all are texts. */
export function toParameters(document: PipelineDocument): NonNullable<v1beta1.WirePipelineVersion['parameters']> {
  const pipeline = parseAnyPipelineValue(document.pipelineSpec, document.platformSpec);
  return pipelineParameters(pipeline).map(({ name, default: value }) => message({ name, value: value === undefined ? '' : toText(value) }));
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

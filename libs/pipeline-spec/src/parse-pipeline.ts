import { ValueBudget } from './decode/copy-value.js';
import { decodeMessage, type DecodeContext } from './decode/decode-message.js';
import { pipelineSpecMessage } from './decode/ir-messages.js';
import { platformSpecMessage } from './decode/platform-messages.js';
import { IssueList } from './issue-list.js';
import { selectDocuments, unwrapSpec, type PipelineDocuments } from './select-documents.js';
import { SpecError } from './spec-error.js';
import { locateIssues } from './text/locate-issues.js';
import { readDocuments } from './text/read-documents.js';
import type { Pipeline, PipelineSpec, PlatformSpec } from './types.js';
import { wrapLoopedTasks } from './wrap-looped-tasks.js';
import { validatePipeline } from './validate/validate-pipeline.js';

export interface ParseOptions {
  /** Named in error messages. */
  readonly fileName?: string;
}

export const MIN_VALUES = 10_000;
export const MAX_VALUES = 20_000_000;

/**
 * Reads a pipeline from YAML or JSON text: one PipelineSpec document and at most one PlatformSpec document, in any order. The result is
 * valid and deeply frozen. Throws a SpecError with every problem and its line, also for a KFP v1 pipeline, which `parseAnyPipeline` reads.
 */
export function parsePipeline(text: string, options: ParseOptions = {}): Pipeline {
  const { fileName } = options;
  const documents = selectDocuments(readDocuments(text, fileName), fileName);
  const issues = new IssueList();
  // A value takes at least one character, so only aliases can make more values than the text has characters.
  const pipeline = decodePipeline(documents, { issues, budget: new ValueBudget(Math.max(text.length, MIN_VALUES)) });
  if (!issues.isEmpty) throw new SpecError(locateIssues(issues.toArray(), text), { fileName });
  return pipeline;
}

/**
 * Reads a pipeline from JSON values, as `POST /runs` has them: the spec and, beside it or wrapped with it as
 * `{pipeline_spec, platform_spec}`, the platform spec. The given objects are copied. Throws as `parsePipeline` does, without lines.
 */
export function parsePipelineValue(spec: unknown, platform?: unknown): Pipeline {
  const unwrapped = unwrapSpec(spec);
  const documents = platform === undefined || platform === null ? unwrapped : [...unwrapped, platform];
  const issues = new IssueList();
  const pipeline = decodePipeline(selectDocuments(documents, undefined), { issues, budget: new ValueBudget(MAX_VALUES) });
  if (!issues.isEmpty) throw new SpecError(issues.toArray());
  return pipeline;
}

function decodePipeline(documents: PipelineDocuments, context: DecodeContext): Pipeline {
  const spec = decodeMessage(pipelineSpecMessage, documents.spec, '', context) as PipelineSpec;
  const platform = documents.platform === undefined ? undefined : (decodeMessage(platformSpecMessage, documents.platform, '', context) as PlatformSpec);
  const pipeline: Pipeline = Object.freeze(platform === undefined ? { spec } : { spec, platform });
  validatePipeline(pipeline, context.issues);
  // What is not valid is not looked at any further.
  return context.issues.isEmpty ? Object.freeze({ ...pipeline, spec: wrapLoopedTasks(spec) }) : pipeline;
}


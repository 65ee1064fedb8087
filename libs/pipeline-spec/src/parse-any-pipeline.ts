import { ValueBudget } from './decode/copy-value.js';
import { IssueList } from './issue-list.js';
import { MAX_VALUES, MIN_VALUES, parsePipeline, parsePipelineValue, type ParseOptions } from './parse-pipeline.js';
import { SpecError } from './spec-error.js';
import { locateIssues } from './text/locate-issues.js';
import { readDocuments } from './text/read-documents.js';
import { parseWorkflow } from './workflow/parse-workflow.js';
import { isWorkflowDocument, type AnyPipeline } from './workflow/workflow-pipeline.js';

/** Reads a pipeline of either format from YAML or JSON text. Throws as `parsePipeline` does. */
export function parseAnyPipeline(text: string, options: ParseOptions = {}): AnyPipeline {
  // Only a text with these words can be one; all others are read once.
  const documents = /\bkind['"]?\s*:\s*['"]?Workflow\b/.test(text) ? readDocuments(text, options.fileName) : [];
  const [workflow] = documents;
  if (!isWorkflowDocument(workflow)) return parsePipeline(text, options);
  const issues = new IssueList();
  if (documents.length > 1) issues.add('', `It has ${documents.length} documents.`, 'Keep one Workflow in a file.');
  const pipeline = parseWorkflow(workflow, { issues, budget: new ValueBudget(Math.max(text.length, MIN_VALUES)) });
  if (!issues.isEmpty) throw new SpecError(locateIssues(issues.toArray(), text), { fileName: options.fileName });
  return pipeline;
}

/** Reads a pipeline of either format from JSON values. Throws as `parsePipelineValue` does. */
export function parseAnyPipelineValue(spec: unknown, platform?: unknown): AnyPipeline {
  if (!isWorkflowDocument(spec)) return parsePipelineValue(spec, platform);
  const issues = new IssueList();
  const pipeline = parseWorkflow(spec, { issues, budget: new ValueBudget(MAX_VALUES) });
  if (!issues.isEmpty) throw new SpecError(issues.toArray());
  return pipeline;
}

import type { Workflow } from '@millrace/argo';
import { copyValue, type ValueBudget } from '../decode/copy-value.js';
import type { IssueList } from '../issue-list.js';
import type { JsonObject, JsonValue } from '../types.js';
import { checkWorkflowShape } from './check-workflow-shape.js';
import { sdkDescription } from './sdk-description.js';
import type { WorkflowPipeline } from './workflow-pipeline.js';

/** Reads an Argo Workflow; what is wrong with it goes into `issues`. Whether an engine can run what it asks for is the engine's to say. */
export function parseWorkflow(document: Workflow, { issues, budget }: { readonly issues: IssueList; readonly budget: ValueBudget }): WorkflowPipeline {
  const copied = withParameterTexts(copyValue(document, budget, (fault) => issues.add('', fault))) as JsonObject;
  // A stored object has a status, and fields that only its store may set.
  const { status: _, metadata, ...rest } = copied;
  const { name, generateName, labels, annotations } = (isObject(metadata) ? metadata : {}) as JsonObject;
  const kept = Object.fromEntries(Object.entries({ name, generateName, labels, annotations }).filter(([, value]) => value !== undefined && value !== null));
  const workflow = Object.freeze({ ...rest, metadata: Object.freeze(kept) }) as unknown as Workflow;
  checkWorkflowShape(workflow, issues);
  const described = sdkDescription(workflow);
  const ownName = String(generateName ?? name ?? '').replace(/-+$/, '');
  return Object.freeze({ workflow, name: described.name || ownName || 'workflow', description: described.description ?? '' });
}

/**
 * Argo takes numbers and booleans where a parameter has a value, and keeps them as text; so does everything here. Only what stands in a list
 * of parameters is one.
 */
function withParameterTexts(value: JsonValue, key = ''): JsonValue {
  if (isList(value)) return Object.freeze(value.map((entry) => (key === 'parameters' && isObject(entry) ? parameterText(entry) : withParameterTexts(entry))));
  if (!isObject(value)) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, withParameterTexts(entry, name)])));
}

function parameterText(parameter: JsonObject): JsonValue {
  const text = (value: JsonValue) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
  return Object.freeze(Object.fromEntries(Object.entries(parameter).map(([name, value]) => [name, name === 'value' || name === 'default' ? text(value) : value])));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

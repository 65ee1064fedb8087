import type { JsonValue } from '@millrace/pipeline-spec';
import { canonicalJson } from './canonical-json.js';
import type { ExecutorInput } from './executor-input.js';
import type { Layout } from './layout.js';
import { localPathOf } from './local-path.js';
import { valueToText } from './parameter-value.js';
import type { OutputPlaces } from './place-outputs.js';
import type { RunFacts, RuntimeArtifact, TaskValues } from './run-view.js';
import { runtimeName } from './runtime-constants.js';

/** What placeholders stand for in one execution. */
export interface PlaceholderValues {
  readonly run: RunFacts;
  readonly layout: Layout;
  readonly taskKey: string;
  readonly taskId: string;
  /** With defaults. */
  readonly inputs: TaskValues;
  /** Names that the task could have been given: a placeholder of one that was not stands for nothing. */
  readonly declared: (name: string) => boolean;
  readonly places: OutputPlaces;
  readonly executorInput: ExecutorInput;
}

const PLACEHOLDER = /\{\{\$(?:\.(.*?))?\}\}/gs;

/** True when a text of a container spec is not the final text yet. */
export function hasPlaceholder(text: string): boolean {
  return text.includes('{{$') || isStructure(text);
}

/**
 * The text with every placeholder replaced, in one pass: what a value contains is never taken for a placeholder. Unknown
 * placeholders stay as they are. `escape` is applied to what is put in, not to what was there.
 */
export function fillPlaceholders(text: string, values: PlaceholderValues, escape: (inserted: string) => string = same): string {
  if (!text.includes('{{$')) return text;
  return text.replaceAll(PLACEHOLDER, (whole, expression: string | undefined) => {
    const inserted = placeholderText(expression, values);
    return inserted === undefined ? whole : escape(inserted);
  });
}

/** Names of the input parameters that the strings of a constant refer to: the SDK compiles f-strings and lists of channels so. */
export function referencesIn(value: JsonValue): ReadonlySet<string> {
  const names = new Set<string>();
  fillReferences(value, (name) => (names.add(name), undefined));
  return names;
}

/** The constant with its references replaced; one that has no text stays as it is. */
export function fillReferences(value: JsonValue, textOf: (name: string) => string | undefined): JsonValue {
  if (typeof value === 'string') {
    if (!value.includes('{{$.inputs.parameters[')) return value;
    return value.replaceAll(PLACEHOLDER, (whole, expression: string | undefined) => {
      const name = expression === undefined ? undefined : /^inputs\.parameters\[(['"]+)(.*)\1\]$/s.exec(expression)?.[2];
      return (name === undefined ? undefined : textOf(name)) ?? whole;
    });
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fillReferences(item, textOf));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillReferences(item as JsonValue, textOf)]));
}

/** True for the text of an IfPresent or Concat structure. */
export function isStructure(text: string): boolean {
  return /^\s*\{\s*"(?:IfPresent|Concat)"\s*:/.test(text);
}

function same(text: string): string {
  return text;
}

function placeholderText(expression: string | undefined, values: PlaceholderValues): string | undefined {
  if (expression === undefined) return JSON.stringify(values.executorInput);
  if (expression === 'outputs.output_file' || expression === 'outputMetadataUri') return values.places.outputMetadataFile;
  const named = /^(inputs|outputs)\.(parameters|artifacts)\[(['"]+)(.*?)\3\](.*)$/s.exec(expression);
  if (named === null) return runtimeName(expression, values);
  const [, side, kind, , name = '', rest = ''] = named;
  if (kind === 'parameters') {
    if (side === 'outputs') return rest === '.output_file' ? values.places.parameterFiles[name] : undefined;
    if (rest !== '') return undefined;
    if (Object.hasOwn(values.inputs.parameters, name)) return valueToText(values.inputs.parameters[name] as JsonValue);
    return values.declared(name) ? '' : undefined;
  }
  if (side === 'outputs') {
    const artifact = values.places.outputArtifacts[name];
    return artifact === undefined ? undefined : artifactText(artifact, values.executorInput.outputs.artifacts[name], rest, values.layout);
  }
  const artifact = values.inputs.artifacts[name]?.[0];
  if (artifact === undefined && rest === '' && values.inputs.artifacts[name] !== undefined) return '[]';
  if (artifact !== undefined) return artifactText(artifact, values.executorInput.inputs.artifacts[name], rest, values.layout);
  return values.declared(name) ? '' : undefined;
}

/** A property of the first artifact of a list; where no property is named the whole list, as container components take `Input[List[…]]`. */
function artifactText(artifact: Omit<RuntimeArtifact, 'id'>, list: { readonly artifacts: readonly unknown[] } | undefined, property: string, layout: Layout): string | undefined {
  if (property === '') return JSON.stringify(list?.artifacts ?? []);
  if (property === '.uri') return artifact.uri;
  if (property === '.path') return localPathOf(artifact, layout);
  if (property === '.metadata') return canonicalJson(artifact.metadata);
  if (!/^\.metadata(?:\[(['"]).*?\1\])+$/s.test(property)) return undefined;
  let value: JsonValue | undefined = artifact.metadata;
  for (const [, , key = ''] of property.matchAll(/\[(['"])(.*?)\1\]/gs)) {
    value = value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? (value as Record<string, JsonValue>)[key] : undefined;
  }
  return value === undefined ? '' : valueToText(value);
}

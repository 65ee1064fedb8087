import type { JsonValue, PipelineParameter } from '@millrace/pipeline-spec';
import type { Texts } from '@/i18n/en';
import { inlineJson, numberAsTyped } from '../../../format/value';
import { findJsonFault } from './json-fault';

/** What is typed for each parameter, as text; absent where nothing was typed, so that the default holds. */
export type Drafts = Readonly<Record<string, string | undefined>>;

export interface DraftProblem {
  readonly name: string;
  readonly message: string;
  readonly line?: number;
  readonly mended?: string;
}

export type Reading = { readonly value: JsonValue | undefined } | { readonly problem: DraftProblem };

const isJson = (parameter: PipelineParameter): boolean => !['STRING', 'NUMBER_INTEGER', 'NUMBER_DOUBLE', 'BOOLEAN'].includes(parameter.type);

/** A value as one types it. */
export function toDraft(parameter: PipelineParameter, value: JsonValue): string {
  if (parameter.literals) return JSON.stringify(value);
  if (parameter.type === 'STRING') return typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'number') return numberAsTyped(value);
  if (!isJson(parameter)) return String(value);
  const short = inlineJson(value);
  return short.length <= 60 ? short : JSON.stringify(value, null, 2);
}

/** What the control shows: what was typed, else the default. */
export const shownDraft = (parameter: PipelineParameter, drafts: Drafts): string => drafts[parameter.name] ?? (parameter.default === undefined || parameter.default === null ? '' : toDraft(parameter, parameter.default));

/** What a schedule replaces in each run, such as `[[Index]]`. */
const MACRO = /^(\[\[.+\]\]|\{\{\$\..+\}\})$/;

export interface DraftRules {
  /** Whether a number may be given by a macro. */
  readonly macros: boolean;
}

/** The value of a draft; undefined when the parameter is left out. */
export function readDraft(parameter: PipelineParameter, draft: string | undefined, t: Texts, { macros }: DraftRules = { macros: false }): Reading {
  const { name } = parameter;
  const empty = draft === undefined || (draft === '' && (parameter.type !== 'STRING' || parameter.default === undefined));
  if (empty) return parameter.required ? { problem: { name, message: t.newRun.problem.required(name) } } : { value: undefined };
  if (parameter.literals) return { value: JSON.parse(draft) as JsonValue };
  if (macros && parameter.type.startsWith('NUMBER') && MACRO.test(draft.trim())) return { value: draft.trim() };
  switch (parameter.type) {
    case 'STRING':
      return { value: draft };
    case 'BOOLEAN':
      return { value: draft === 'true' };
    case 'NUMBER_INTEGER':
      return /^[+-]?\d+$/.test(draft.trim()) && Number.isSafeInteger(Number(draft)) ? { value: Number(draft) } : { problem: { name, message: t.newRun.problem.integer(name) } };
    case 'NUMBER_DOUBLE':
      return draft.trim() !== '' && Number.isFinite(Number(draft)) ? { value: Number(draft) } : { problem: { name, message: t.newRun.problem.number(name) } };
    default:
      return readJson(parameter, draft, t);
  }
}

function readJson(parameter: PipelineParameter, draft: string, t: Texts): Reading {
  const { name } = parameter;
  const fault = findJsonFault(draft);
  if (fault) {
    const words = t.newRun.jsonFault;
    const why = fault.kind === 'end' ? words.end : fault.kind === 'comma' ? words.comma(fault.found) : fault.kind === 'trailing' ? words.trailing : words.unexpected(fault.found);
    return { problem: { name, message: t.newRun.problem.json(name, fault.line, why), line: fault.line, mended: fault.mended } };
  }
  const value = JSON.parse(draft) as JsonValue;
  if (parameter.type === 'LIST') return Array.isArray(value) ? { value } : { problem: { name, message: t.newRun.problem.list(name), line: 1 } };
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : { problem: { name, message: t.newRun.problem.struct(name), line: 1 } };
}

/** All parameters read: those to send, which are those that differ from their default, and every problem. */
export function readDrafts(parameters: readonly PipelineParameter[], drafts: Drafts, t: Texts, rules: DraftRules = { macros: false }): { values: Record<string, JsonValue>; changed: ReadonlySet<string>; problems: DraftProblem[] } {
  const values: Record<string, JsonValue> = {};
  const changed = new Set<string>();
  const problems: DraftProblem[] = [];
  for (const parameter of parameters) {
    const reading = readDraft(parameter, drafts[parameter.name], t, rules);
    if ('problem' in reading) {
      if (parameter.default !== undefined && drafts[parameter.name] !== undefined) changed.add(parameter.name);
      // A required parameter nobody has touched yet is missing, too: Start leads to it.
      problems.push(reading.problem);
      continue;
    }
    if (reading.value === undefined) continue;
    const same = parameter.default !== undefined && sameValue(reading.value, parameter.default);
    if (same) continue;
    values[parameter.name] = reading.value;
    if (parameter.default !== undefined) changed.add(parameter.name);
  }
  return { values, changed, problems };
}

/** Drafts for given values: what JSON or a run to copy say. Unknown names and wrong types are told, not dropped. */
export function draftsOf(parameters: readonly PipelineParameter[], values: Readonly<Record<string, JsonValue>>, t: Texts, rules: DraftRules = { macros: false }): { drafts: Drafts; problems: DraftProblem[] } {
  const drafts: Record<string, string> = {};
  const problems: DraftProblem[] = [];
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  for (const [name, value] of Object.entries(values)) {
    const parameter = byName.get(name);
    if (!parameter) problems.push({ name, message: t.newRun.problem.unknown(name) });
    else if (value === null) continue;
    else {
      const draft = toDraft(parameter, value);
      const reading = readDraft(parameter, draft, t, rules);
      const kept = 'value' in reading && (reading.value === undefined || sameValue(reading.value, value));
      if (parameter.literals && !parameter.literals.some((literal) => sameValue(literal, value))) problems.push({ name, message: t.newRun.problem.literal(name) });
      else if (!kept) problems.push({ name, message: t.newRun.problem.type(name, t.newRun.types[parameter.type]) });
      drafts[name] = draft;
    }
  }
  return { drafts, problems };
}

const sameValue = (a: JsonValue, b: JsonValue): boolean => canonical(a) === canonical(b);
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1))) : inner,
  );
}

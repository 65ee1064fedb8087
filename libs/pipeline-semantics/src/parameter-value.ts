import type { InputParameterSpec, JsonValue, ParameterType } from '@millrace/pipeline-spec';
import { canonicalJson } from './canonical-json.js';

/** A value, or why there is none. */
export type ValueOrProblem = { readonly value: JsonValue } | { readonly problem: string };

/** A value as a task reads it in its command line: strings as they are, null as nothing, lists and structs as JSON. */
export function valueToText(value: JsonValue): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberToText(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return canonicalJson(value);
}

/** Text that a task wrote, as a value of the declared type. */
export function textToValue(text: string, type: ParameterType): ValueOrProblem {
  switch (type) {
    case 'STRING':
      return { value: text };
    case 'NUMBER_INTEGER': {
      const trimmed = text.trim();
      const value = Number(trimmed);
      if (!/^[+-]?\d+$/.test(trimmed) || !Number.isSafeInteger(value)) return notThat(text, type);
      return { value };
    }
    case 'NUMBER_DOUBLE': {
      const trimmed = text.trim();
      const value = Number(trimmed);
      if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(trimmed) || !Number.isFinite(value)) return notThat(text, type);
      return { value };
    }
    case 'BOOLEAN': {
      const trimmed = text.trim();
      if (TRUE_TEXTS.has(trimmed)) return { value: true };
      if (FALSE_TEXTS.has(trimmed)) return { value: false };
      return notThat(text, type);
    }
    case 'LIST':
    case 'STRUCT': {
      let value: JsonValue;
      try {
        value = JSON.parse(text) as JsonValue;
      } catch {
        return notThat(text, type);
      }
      return typeProblem(value, type) === undefined ? { value } : notThat(text, type);
    }
    case 'TASK_FINAL_STATUS':
    case 'TASK_CONFIG':
      return { problem: `a task cannot produce a value of type ${type}` };
  }
}

/** Why a value is not of the type, as "expected STRING, given NUMBER"; undefined when it is. */
export function typeProblem(value: JsonValue, type: ParameterType): string | undefined {
  const given = kindOf(value);
  switch (type) {
    case 'STRING':
    case 'BOOLEAN':
    case 'LIST':
    case 'STRUCT':
      return given === type ? undefined : `expected ${type}, given ${given}`;
    case 'TASK_FINAL_STATUS':
    case 'TASK_CONFIG':
      return given === 'STRUCT' ? undefined : `expected ${type}, given ${given}`;
    case 'NUMBER_DOUBLE':
      return given === 'NUMBER' ? undefined : `expected ${type}, given ${given}`;
    case 'NUMBER_INTEGER':
      if (given !== 'NUMBER') return `expected ${type}, given ${given}`;
      if (!Number.isInteger(value)) return `expected ${type}, given ${valueToText(value)}, which has a fraction`;
      if (!Number.isSafeInteger(value)) return `expected ${type}, given ${valueToText(value)}, which is beyond ±(2^53-1)`;
      return undefined;
  }
}

/** Why a value is none of the literals that its declaration allows; undefined when it is one or when any value will do. */
export function literalProblem(value: JsonValue, spec: Pick<InputParameterSpec, 'literals'>): string | undefined {
  const literals = spec.literals ?? [];
  if (literals.length === 0) return undefined;
  const given = canonicalJson(value);
  if (literals.some((literal) => canonicalJson(literal) === given)) return undefined;
  return `expected one of ${literals.map(canonicalJson).join(', ')}, given ${abbreviate(given)}`;
}

/** At most about 80 characters of a text, for a message. */
export function abbreviate(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

// What Go's strconv.ParseBool accepts, which is what KFP's launcher reads booleans with.
const TRUE_TEXTS: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

function notThat(text: string, type: ParameterType): ValueOrProblem {
  return { problem: `expected ${type}, given the text ${abbreviate(JSON.stringify(text))}` };
}

function kindOf(value: JsonValue): 'NULL' | 'STRING' | 'NUMBER' | 'BOOLEAN' | 'LIST' | 'STRUCT' {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return 'STRING';
  if (typeof value === 'number') return 'NUMBER';
  if (typeof value === 'boolean') return 'BOOLEAN';
  return Array.isArray(value) ? 'LIST' : 'STRUCT';
}

/** The shortest decimal that reads back as the same double, never with an exponent. */
function numberToText(value: number): string {
  const text = String(Object.is(value, -0) ? 0 : value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const digits = whole + fraction;
  const point = whole.length + Number(exponentText);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

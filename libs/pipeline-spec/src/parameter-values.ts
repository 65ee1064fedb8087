import { describeValue } from './describe-value.js';
import type { JsonValue, ParameterType } from './types.js';

/** Why a value cannot be given to a parameter of that type, as the end of a sentence; undefined when it can. Any value can become a STRING. */
export function valueFault(type: ParameterType, value: JsonValue): string | undefined {
  const demand = demandOf(type, value);
  return demand === undefined ? undefined : `must be ${demand}, as its type is ${type}, not ${describeValue(value)}.`;
}

function demandOf(type: ParameterType, value: JsonValue): string | undefined {
  switch (type) {
    case 'NUMBER_DOUBLE':
      return typeof value === 'number' ? undefined : 'a number';
    case 'NUMBER_INTEGER':
      return Number.isSafeInteger(value) ? undefined : 'a whole number of at most 53 bits';
    case 'BOOLEAN':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'LIST':
      return Array.isArray(value) ? undefined : 'a list';
    case 'STRUCT':
    case 'TASK_FINAL_STATUS':
    case 'TASK_CONFIG':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'an object';
    default:
      return undefined;
  }
}

/** True when what a producer of one type puts out can always be given to a consumer of the other. */
export function isAssignable(from: ParameterType, to: ParameterType): boolean {
  return to === 'STRING' || kindOf(from) === kindOf(to);
}

function kindOf(type: ParameterType): string {
  if (type.startsWith('NUMBER_')) return 'number';
  return type.startsWith('TASK_') ? 'STRUCT' : type;
}

/** Equality of JSON values; the order of an object's keys does not count. */
export function equalValues(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (isList(left) !== isList(right)) return false;
  const leftEntries = Object.entries(left);
  if (leftEntries.length !== Object.keys(right).length) return false;
  return leftEntries.every(([key, value]) => {
    const other = Object.hasOwn(right, key) ? (right as Readonly<Record<string, JsonValue>>)[key] : undefined;
    return other !== undefined && equalValues(value, other);
  });
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

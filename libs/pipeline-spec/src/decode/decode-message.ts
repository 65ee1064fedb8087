import { describeValue } from '../describe-value.js';
import type { IssueList } from '../issue-list.js';
import { fieldPath, keyPath } from '../spec-path.js';
import { suggestName } from '../suggest-name.js';
import { decodeScalar } from './decode-scalar.js';
import { copyValue, type ValueBudget } from './copy-value.js';
import type { Field, FieldType, MessageType } from './message-type.js';

/** Where a decoding reports to and how much it may still make. */
export interface DecodeContext {
  readonly issues: IssueList;
  readonly budget: ValueBudget;
}

/**
 * Reads a value as protojson would: both spellings of a field name, enum values by name or number, null as absent; unknown fields and
 * wrong types become issues. The result is a deeply frozen copy with canonical names; maps have no prototype, so that a key such as
 * `constructor` is found only when it is there.
 */
export function decodeMessage(type: MessageType, raw: unknown, path: string, context: DecodeContext, discardsUnknown = false): object {
  context.budget.spend();
  const result: Record<string, unknown> = {};
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    context.issues.addMalformed(path, `must be an object (${type.title}), not ${describeValue(raw)}.`);
  } else {
    const discards = discardsUnknown || type.discardsUnknown;
    const entries = raw as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(entries)) {
      const field = type.bySpelling.get(key);
      if (field !== undefined) setField(result, field, entries[key], path, context, discards);
      else if (!discards) reportUnknown(type, key, path, context.issues);
    }
    for (const group of type.oneOfs) reportConflict(group, result, path, context.issues);
  }
  for (const { name, type: fieldType, filled } of type.fields) {
    if (filled && result[name] === undefined) result[name] = zeroOf(fieldType, path, context);
  }
  return Object.freeze(result);
}

function setField(result: Record<string, unknown>, field: Field, entry: unknown, path: string, context: DecodeContext, discards: boolean): void {
  if (entry === null && field.type.kind !== 'value') return;
  if (Object.hasOwn(result, field.name)) {
    context.issues.add(fieldPath(path, field.name), 'is given twice, in camelCase and in snake_case.', 'Keep one of them.');
    return;
  }
  const decoded = decodeField(field.type, entry, path, field.name, context, discards);
  if (decoded !== undefined) result[field.name] = decoded;
}

function decodeField(type: FieldType, raw: unknown, path: string, name: string, context: DecodeContext, discards: boolean): unknown {
  switch (type.kind) {
    case 'message':
      return decodeMessage(type.type, raw, fieldPath(path, name), context, discards);
    case 'map':
      return decodeMap(type.of, raw, fieldPath(path, name), context, discards);
    case 'list':
      return decodeList(type.of, raw, fieldPath(path, name), context, discards);
    default:
      return decodeLeaf(type, raw, () => fieldPath(path, name), context);
  }
}

function decodeElement(type: FieldType, raw: unknown, path: string, context: DecodeContext, discards: boolean): unknown {
  if (type.kind === 'message') return decodeMessage(type.type, raw, path, context, discards);
  return decodeLeaf(type, raw, () => path, context);
}

function decodeLeaf(type: FieldType, raw: unknown, path: () => string, context: DecodeContext): unknown {
  context.budget.spend();
  if (type.kind === 'struct' && (typeof raw !== 'object' || raw === null || Array.isArray(raw))) {
    context.issues.addMalformed(path(), `must be an object, not ${describeValue(raw)}.`);
    return undefined;
  }
  if (type.kind === 'struct' || type.kind === 'value') {
    return copyValue(raw, context.budget, (fault) => context.issues.addMalformed(path(), fault));
  }
  const { value, fault } = decodeScalar(type, raw);
  if (fault !== undefined) context.issues.addMalformed(path(), fault.message, fault.remedy);
  return value;
}

function decodeMap(of: FieldType | ((key: string) => FieldType), raw: unknown, path: string, context: DecodeContext, discards: boolean): object | undefined {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    context.issues.addMalformed(path, `must be an object, not ${describeValue(raw)}.`);
    return undefined;
  }
  const result: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, entry] of Object.entries(raw)) {
    const decoded = decodeElement(typeof of === 'function' ? of(key) : of, entry, keyPath(path, key), context, discards);
    if (decoded !== undefined) result[key] = decoded;
  }
  return Object.freeze(result);
}

function decodeList(of: FieldType, raw: unknown, path: string, context: DecodeContext, discards: boolean): readonly unknown[] | undefined {
  if (!Array.isArray(raw)) {
    context.issues.addMalformed(path, `must be a list, not ${describeValue(raw)}.`);
    return undefined;
  }
  const result: unknown[] = [];
  for (const [index, entry] of raw.entries()) {
    const decoded = decodeElement(of, entry, `${path}[${index}]`, context, discards);
    if (decoded !== undefined) result.push(decoded);
  }
  return Object.freeze(result);
}

function reportUnknown(type: MessageType, key: string, path: string, issues: IssueList): void {
  issues.add(
    fieldPath(path, key),
    `is not a field of ${type.title}.`,
    () => suggestName(key, type.bySpelling.keys()) ?? `Known fields: ${type.fields.map(({ name }) => name).join(', ')}.`,
  );
}

function reportConflict(group: readonly string[], result: Record<string, unknown>, path: string, issues: IssueList): void {
  const present = group.filter((name) => result[name] !== undefined);
  if (present.length > 1) issues.add(path, `has ${present.join(' and ')}, of which only one may be set.`);
}

function zeroOf(type: FieldType, path: string, context: DecodeContext): unknown {
  switch (type.kind) {
    case 'message':
      return decodeMessage(type.type, {}, path, context);
    case 'map':
      return Object.freeze(Object.create(null) as object);
    case 'list':
      return Object.freeze([]);
    case 'enum':
      return type.names[0];
    default:
      return '';
  }
}

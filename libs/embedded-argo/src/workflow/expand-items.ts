import type { DAGTask } from '@millrace/argo';
import { substitute, type TagLookup } from './substitute.js';

export interface ExpandedTask {
  readonly name: string;
  readonly task: DAGTask;
}

/**
 * The items of a task with `withItems`, `withParam` or `withSequence` (tags other than `{{item}}` replaced), each with the name
 * that Argo gives it. Throws Error with a message for the user.
 */
export function expandItems(task: DAGTask, lookup: TagLookup): ExpandedTask[] {
  const items = itemsOf(task);
  const { withItems: _items, withParam: _param, withSequence: _sequence, ...body } = task;
  return items.map((item, index) => {
    const tags = tagsOfItem(item);
    const expanded = substitute(body as DAGTask, (tag) => tags.get(tag) ?? lookup(tag), (tag) => tag.startsWith('item.'));
    const name = `${task.name}(${index}:${describeItem(item).replaceAll(/[()]/g, '')})`;
    return { name, task: { ...expanded, name } };
  });
}

function itemsOf(task: DAGTask): readonly unknown[] {
  if ((task.withItems?.length ?? 0) > 0) return task.withItems as readonly unknown[];
  if ((task.withParam ?? '') !== '') {
    try {
      const items: unknown = JSON.parse(task.withParam!, keepNumber);
      if (Array.isArray(items)) return items;
      throw new Error('not a list');
    } catch (error) {
      throw new Error(`withParam value could not be parsed as a JSON list: ${task.withParam!.trim()}: ${(error as Error).message}`, { cause: error });
    }
  }
  return sequence(task.withSequence!);
}

/** A number as it was written: Argo passes on its text, which may have more digits than a double, or a fraction of zero. */
class WrittenNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }

  toJSON(): unknown {
    return rawJson(this.text);
  }
}

// In the language since 2025, but not yet in the types.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function keepNumber(_key: string, value: unknown, ...[context]: unknown[]): unknown {
  const { source } = context as { readonly source?: string };
  return typeof value === 'number' && source !== undefined && source !== String(value) ? new WrittenNumber(source) : value;
}

const FORMAT = /^([^%]*)%(0?)(\d*)([dxXob])([^%]*)$/;

/** Whether a format of `withSequence` is one that is understood: one number, as Go prints it. */
export function isSequenceFormat(format: string): boolean {
  return FORMAT.test(format);
}

function formatted(number: number, format: string | undefined): string {
  const match = format === undefined ? null : FORMAT.exec(format);
  if (match === null) return String(number);
  const [, before, zero, width, verb, after] = match as unknown as string[];
  const radix = verb === 'd' ? 10 : verb === 'o' ? 8 : verb === 'b' ? 2 : 16;
  const digits = Math.abs(number).toString(radix);
  const text = verb === 'X' ? digits.toUpperCase() : digits;
  const sign = number < 0 ? '-' : '';
  const padded = zero === '0' ? sign + text.padStart(Number(width) - sign.length, '0') : (sign + text).padStart(Number(width || 0), ' ');
  return `${before}${padded}${after}`;
}

function sequence(spec: NonNullable<DAGTask['withSequence']>): string[] {
  const integer = (value: string | number | undefined, field: string): number | undefined => {
    if (value === undefined || value === '') return undefined;
    const number = Number(value);
    if (!Number.isInteger(number)) throw new Error(`withSequence.${field} '${value}' is not an integer`);
    return number;
  };
  const start = integer(spec.start, 'start') ?? 0;
  const count = integer(spec.count, 'count');
  const end = integer(spec.end, 'end') ?? (count === undefined ? undefined : start + count - 1);
  if (end === undefined) throw new Error('neither end nor count was specified in withSequence');
  if (spec.end === undefined && count === 0) return [];
  const step = start <= end ? 1 : -1;
  return Array.from({ length: Math.abs(end - start) + 1 }, (_, index) => formatted(start + index * step, spec.format));
}

function tagsOfItem(item: unknown): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  if (typeof item === 'string') tags.set('item', item);
  else if (isScalar(item)) tags.set('item', String(item));
  else if (typeof item === 'object') {
    tags.set('item', goJson(item));
    if (item !== null && !Array.isArray(item)) for (const [key, value] of Object.entries(item)) tags.set(`item.${key}`, textOf(value));
  } else throw new Error(`withItems expected string, number, list, or map. received: ${JSON.stringify(item)}`);
  return tags;
}

function describeItem(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map(textOf).join(' ')}]`;
  // To Argo an item that is null is a list without items.
  if (item === null) return '[]';
  if (isScalar(item) || typeof item !== 'object') return textOf(item);
  return Object.entries(item)
    .map(([key, value]) => `${key}:${textOf(value)}`)
    .sort()
    .join(',');
}

function isScalar(item: unknown): item is number | boolean | WrittenNumber {
  return typeof item === 'number' || typeof item === 'boolean' || item instanceof WrittenNumber;
}

/** An item, or a part of one, as Argo prints it: JSON, a text without its quotes but with what JSON escapes. */
function textOf(value: unknown): string {
  if (isScalar(value)) return String(value);
  const text = goJson(value).replaceAll(/\\u(003c|003e|0026)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return typeof value === 'string' ? text.slice(1, -1) : text;
}

/** JSON as Go writes it: members in the order of their names, and no character that a page could take for markup. */
function goJson(value: unknown): string {
  return JSON.stringify(sorted(value)).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || isScalar(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}

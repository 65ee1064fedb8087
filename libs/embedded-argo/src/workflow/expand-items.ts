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
    const expanded = substitute(body as DAGTask, (tag) => tags.get(tag) ?? lookup(tag));
    const name = `${task.name}(${index}:${describeItem(item).replaceAll(/[()]/g, '')})`;
    return { name, task: { ...expanded, name } };
  });
}

function itemsOf(task: DAGTask): readonly unknown[] {
  if ((task.withItems?.length ?? 0) > 0) return task.withItems as readonly unknown[];
  if ((task.withParam ?? '') !== '') {
    try {
      const items: unknown = JSON.parse(task.withParam!);
      if (Array.isArray(items)) return items;
      throw new Error('not a list');
    } catch (error) {
      throw new Error(`withParam value could not be parsed as a JSON list: ${task.withParam!.trim()}: ${(error as Error).message}`, { cause: error });
    }
  }
  return sequence(task.withSequence!);
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
  return Array.from({ length: Math.abs(end - start) + 1 }, (_, index) => String(start + index * step));
}

function tagsOfItem(item: unknown): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  if (typeof item === 'string') tags.set('item', item);
  else if (typeof item === 'number' || typeof item === 'boolean') tags.set('item', String(item));
  else if (typeof item === 'object' && item !== null) {
    tags.set('item', JSON.stringify(item));
    if (!Array.isArray(item)) {
      for (const [key, value] of Object.entries(item)) tags.set(`item.${key}`, typeof value === 'object' ? JSON.stringify(value) : String(value));
    }
  } else throw new Error(`withItems expected string, number, list, or map. received: ${JSON.stringify(item)}`);
  return tags;
}

function describeItem(item: unknown): string {
  if (Array.isArray(item)) return `[${item.map((entry) => (typeof entry === 'object' ? JSON.stringify(entry) : String(entry))).join(' ')}]`;
  if (typeof item === 'object' && item !== null) {
    return Object.entries(item)
      .map(([key, value]) => `${key}:${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
      .sort()
      .join(',');
  }
  return String(item);
}

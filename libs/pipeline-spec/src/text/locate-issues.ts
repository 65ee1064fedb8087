import { EVENT_ID, getScalarValue, type Event } from 'js-yaml';
import { splitPath, toSnakeCase } from '../spec-path.js';
import type { SpecIssue } from '../spec-error.js';
import { readEvents, type YamlEvents } from './read-events.js';

/** A node of the text: where it starts, and for a mapping or a list where its parts are. */
interface Place {
  readonly start: number;
  readonly entries?: Map<string, { readonly keyStart: number; readonly place: Place }>;
  readonly items?: Place[];
}

interface OpenNode {
  readonly place: Place;
  key?: { readonly name: string; readonly start: number };
}

const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Adds line and column to issues and puts them in the order of the text. The text is parsed once more, because only broken pipelines pay
 * for it. A path that is not in the text leads to the innermost part that is; issues that have none stay without, as do
 * those of a very large text, which would cost seconds.
 */
export function locateIssues(issues: readonly SpecIssue[], text: string): readonly SpecIssue[] {
  const events = text.length > MAX_CHARACTERS ? undefined : tryReadEvents(text);
  if (events === undefined) return issues;
  const documents = buildPlaces(events);
  const lineStarts = findLineStarts(events.source);
  const located = issues.map((issue) => {
    const offset = documents.map((document) => offsetOf(issue.path, document)).find((found) => found !== undefined);
    return { issue: offset === undefined ? issue : { ...issue, ...positionOf(offset, lineStarts) }, offset: offset ?? -1 };
  });
  return located.sort((left, right) => left.offset - right.offset).map(({ issue }) => issue);
}

/** JSON that is no YAML, because of a duplicate key or a tab, has no positions. */
function tryReadEvents(text: string): YamlEvents | undefined {
  try {
    return readEvents(text);
  } catch {
    return undefined;
  }
}

function offsetOf(path: string, document: Place): number | undefined {
  let place: Place | undefined = document;
  let offset: number | undefined;
  for (const step of splitPath(path)) {
    const entry: { keyStart: number; place: Place } | undefined = place?.entries?.get(step) ?? place?.entries?.get(toSnakeCase(step));
    const item: Place | undefined = entry?.place ?? place?.items?.[Number(step)];
    if (item === undefined) break;
    offset = entry?.keyStart ?? item.start;
    place = item;
  }
  return offset;
}

function buildPlaces({ source: text, events }: YamlEvents): readonly Place[] {
  const documents: Place[] = [];
  const open: OpenNode[] = [];
  const anchors = new Map<string, Place>();
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) {
      open.push({ place: { start: 0, items: [] } });
      continue;
    }
    const parent = open.at(-1);
    if (parent === undefined) break;
    if (event.type === EVENT_ID.POP) {
      open.pop();
      const document = open.length === 0 ? parent.place.items?.[0] : undefined;
      if (document !== undefined) documents.push(document);
      continue;
    }
    if (event.type === EVENT_ID.SCALAR && parent.place.entries !== undefined && parent.key === undefined) {
      parent.key = { name: getScalarValue(text, event), start: event.valueStart };
      continue;
    }
    const place = placeOf(event, text, anchors);
    attach(parent, place);
    if (event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE) open.push({ place });
  }
  return documents;
}

function placeOf(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>, text: string, anchors: Map<string, Place>): Place {
  const anchor = event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
  if (event.type === EVENT_ID.ALIAS) return anchors.get(anchor ?? '') ?? { start: event.anchorStart };
  const place: Place =
    event.type === EVENT_ID.SCALAR
      ? { start: event.valueStart }
      : event.type === EVENT_ID.MAPPING
        ? { start: event.start, entries: new Map() }
        : { start: event.start, items: [] };
  if (anchor !== undefined) anchors.set(anchor, place);
  return place;
}

function attach(parent: OpenNode, place: Place): void {
  if (parent.place.items !== undefined) parent.place.items.push(place);
  else if (parent.key === undefined) parent.key = { name: '', start: place.start };
  else {
    parent.place.entries?.set(parent.key.name, { keyStart: parent.key.start, place });
    delete parent.key;
  }
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(offset: number, lineStarts: readonly number[]): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

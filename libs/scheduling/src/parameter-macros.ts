import { formatGoLayout, formatStrftime } from './format-utc.js';

/** What the macros of one run stand for. A run that no schedule made has no scheduled time and no index: their macros stay as they are. */
export interface MacroValues {
  readonly runId: string;
  readonly now: Date;
  readonly scheduledAt?: Date;
  /** 1 for the first run of a schedule. */
  readonly index?: number;
}

const MACRO = /\[\[(.*?)\]\]|\{\{\$\.(.*?)\}\}/g;
const DEFAULT_LAYOUT = '20060102150405';

/**
 * Replaces KFP's macros in a text: `[[RunUUID]]`, `[[Index]]`, `[[ScheduledTime]]` and `[[CurrentTime]]`, those two also with a layout of
 * Go behind a dot, `{{$.scheduledTime.strftime('…')}}` and `{{$.currentTime.strftime('…')}}`. Times are in UTC. Whatever else stands in
 * such brackets stays.
 */
export function expandMacros(text: string, values: MacroValues): string {
  return text.replace(MACRO, (macro) => valueOf(macro, values) ?? macro);
}

/** The same in every text of a value, however deep; keys stay. */
export function expandMacrosIn<Value>(value: Value, values: MacroValues): Value {
  if (typeof value === 'string') return expandMacros(value, values) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => expandMacrosIn(item, values)) as Value;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expandMacrosIn(member as unknown, values)])) as Value;
  return value;
}

function valueOf(macro: string, { runId, now, scheduledAt, index }: MacroValues): string | undefined {
  if (macro === '[[RunUUID]]') return runId;
  if (macro === '[[Index]]') return index === undefined ? undefined : String(index);
  const time = /^\[\[(ScheduledTime|CurrentTime)(?:\.(.*))?\]\]$/s.exec(macro);
  if (time !== null) {
    const date = time[1] === 'CurrentTime' ? now : scheduledAt;
    return date && formatGoLayout(date, time[2] ?? DEFAULT_LAYOUT);
  }
  const strftime = /^\{\{\$\.(scheduledTime|currentTime)\.strftime\('(.*)'\)\}\}$/s.exec(macro);
  if (strftime === null) return undefined;
  const date = strftime[1] === 'currentTime' ? now : scheduledAt;
  return date && formatStrftime(date, strftime[2]!);
}

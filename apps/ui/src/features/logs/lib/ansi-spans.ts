import Anser from 'anser';

export interface Span {
  readonly text: string;
  /** Classes of the colours and weights; empty for plain text. */
  readonly classes: string;
}

const COLOURS = /^ansi-(?:bright-)?(black|red|green|yellow|blue|magenta|cyan|white)$/;
const ESCAPE = '\u001B';

/** A line in parts of one look each. Terminal colours become the names of ours; cursor movements are dropped. */
export function ansiSpans(line: string): readonly Span[] {
  // A carriage return draws over the line: what is last is what a terminal would show.
  const text = line.includes('\r') ? (line.split('\r').filter((part) => part !== '').at(-1) ?? '') : line;
  if (!text.includes(ESCAPE)) return [{ text, classes: '' }];
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true, json: true }).map((part) => {
    const classes: string[] = [];
    const colour = COLOURS.exec(part.fg ?? '')?.[1];
    if (colour) classes.push(`ansi-${colour}`);
    if (part.decorations?.includes('bold')) classes.push('ansi-bold');
    if (part.decorations?.includes('dim')) classes.push('ansi-dim');
    if (part.decorations?.includes('underline')) classes.push('ansi-underline');
    return { text: part.content, classes: classes.join(' ') };
  });
}

/** The text as it is read and searched. */
export const plainText = (line: string): string => ansiSpans(line).map((span) => span.text).join('');

const ERROR = /\b(error|critical|fatal|exception|traceback)\b/i;
const WARNING = /\b(warn(ing)?|deprecated|deprecationwarning)\b|\w+Warning:/i;

/** The mark in the gutter: E and W by level words, and E for other lines on stderr only when they say so. */
export function levelOf(line: { readonly text: string; readonly stream?: 'stdout' | 'stderr' }): 'error' | 'warning' | undefined {
  const head = plainText(line.text).slice(0, 160);
  if (WARNING.test(head)) return 'warning';
  if (line.stream === 'stderr' && (ERROR.test(head) || /^\w*(Error|Exception)\b/.test(head) || head === 'Killed')) return 'error';
  if (/^(\S+\s+){0,4}\[?(ERROR|CRITICAL|FATAL)\b/.test(head)) return 'error';
  return undefined;
}

/** The spans with the hits of a search marked. */
export function markHits(spans: readonly Span[], wanted: string): readonly (Span & { readonly hit?: boolean })[] {
  const needle = wanted.toLowerCase();
  if (needle === '') return spans;
  return spans.flatMap((span) => {
    const folded = span.text.toLowerCase();
    if (folded.length !== span.text.length) return [span];
    const parts: (Span & { hit?: boolean })[] = [];
    let at = 0;
    for (let hit = folded.indexOf(needle); hit >= 0; hit = folded.indexOf(needle, at)) {
      if (hit > at) parts.push({ text: span.text.slice(at, hit), classes: span.classes });
      parts.push({ text: span.text.slice(hit, hit + needle.length), classes: span.classes, hit: true });
      at = hit + needle.length;
    }
    if (at < span.text.length || parts.length === 0) parts.push({ text: span.text.slice(at), classes: span.classes });
    return parts;
  });
}

import { YAMLException, parseEvents, type Event } from 'js-yaml';

const MAX_DEPTH = 100;
const MAX_REPAIRS = 100;
const MAX_REPARSED_CHARACTERS = 16_000_000;

export interface YamlEvents {
  /** The text that the events' offsets refer to: the one given, apart from spaces before some lines. */
  readonly source: string;
  readonly events: Event[];
}

/**
 * Parses YAML as PyYAML and Go's parser do where they are laxer than YAML 1.2: lines that continue a quoted text or a `[…]` may be
 * indented less than what they belong to. Spaces there mean nothing, so such lines are indented and the text is read again.
 */
export function readEvents(text: string): YamlEvents {
  let source = text;
  const indented = new Map<number, number>();
  for (let repairs = 0, reparsed = 0; ; repairs += 1, reparsed += source.length) {
    try {
      return { source, events: parseEvents(source, { maxDepth: MAX_DEPTH }) };
    } catch (error) {
      const line = lineToIndent(error);
      if (line === undefined || repairs >= MAX_REPAIRS || reparsed > MAX_REPARSED_CHARACTERS) throw inGivenColumns(error, indented);
      source = indentLine(source, line);
      indented.set(line, (indented.get(line) ?? 0) + 1);
    }
  }
}

function lineToIndent(error: unknown): number | undefined {
  return error instanceof YAMLException && error.reason === 'deficient indentation' ? error.mark?.line : undefined;
}

/** The fault is shown to who wrote the text, without the spaces that were added. */
function inGivenColumns(error: unknown, indented: ReadonlyMap<number, number>): unknown {
  if (error instanceof YAMLException && error.mark !== undefined) {
    const { line, column } = error.mark;
    error.mark.column = Math.max(0, column - MAX_DEPTH * (indented.get(line) ?? 0));
  }
  return error;
}

function indentLine(text: string, line: number): string {
  let start = 0;
  for (let skipped = 0; skipped < line; skipped += 1) start = text.indexOf('\n', start) + 1;
  return `${text.slice(0, start)}${' '.repeat(MAX_DEPTH)}${text.slice(start)}`;
}

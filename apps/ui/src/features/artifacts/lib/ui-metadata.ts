/** One thing that a v1 component left to be seen (`mlpipeline-ui-metadata`), as far as these pages can show it. */
export type Shown =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'html'; readonly source: string }
  | { readonly kind: 'table'; readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'matrix'; readonly labels: readonly string[]; readonly counts: readonly (readonly number[])[] }
  | { readonly kind: 'roc'; readonly points: readonly { readonly fpr: number; readonly tpr: number; readonly threshold: number }[] }
  /** Its content is somewhere else, or of a kind that is not shown here. */
  | { readonly kind: 'address'; readonly type: string; readonly address: string };

/** Whether an artifact tells what there is to see of a task. */
export const isUiMetadata = (name: string): boolean => name === 'mlpipeline-ui-metadata';

interface WireOutput {
  readonly type?: unknown;
  readonly storage?: unknown;
  readonly source?: unknown;
  readonly header?: unknown;
  readonly labels?: unknown;
  readonly schema?: unknown;
}

/** Reads what a component wrote; undefined when it is not what KFP asks for. */
export function readUiMetadata(text: string): readonly Shown[] | undefined {
  let outputs: unknown;
  try {
    outputs = (JSON.parse(text) as { outputs?: unknown } | null)?.outputs;
  } catch {
    return undefined;
  }
  return Array.isArray(outputs) ? outputs.filter((output) => typeof output === 'object' && output !== null).map((output) => toShown(output as WireOutput)) : undefined;
}

function toShown(output: WireOutput): Shown {
  const { type, storage } = output;
  const source = typeof output.source === 'string' ? output.source : '';
  const kind = typeof type === 'string' ? type : '';
  if (storage !== 'inline') return { kind: 'address', type: kind, address: source };
  switch (kind) {
    case 'markdown':
      return { kind: 'text', text: source };
    case 'web-app':
      return { kind: 'html', source };
    case 'table':
      return { kind: 'table', header: texts(output.header), rows: parseCsv(source) };
    case 'confusion_matrix':
      return toMatrix(texts(output.labels), parseCsv(source), columns(output.schema));
    case 'roc':
      return toRoc(parseCsv(source), columns(output.schema));
    default:
      return { kind: 'address', type: kind, address: '' };
  }
}

/** Rows `target, predicted, count`, in the order of the schema; labels that are not listed come after those that are. */
function toMatrix(listed: readonly string[], rows: readonly (readonly string[])[], schema: readonly string[]): Shown {
  const [target, predicted, count] = ['target', 'predicted', 'count'].map((name, index) => (schema.includes(name) ? schema.indexOf(name) : index)) as [number, number, number];
  const labels = [...new Set([...listed, ...rows.flatMap((row) => [row[target] ?? '', row[predicted] ?? ''])])];
  const places = new Map(labels.map((label, index) => [label, index]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const row of rows) {
    const line = counts[places.get(row[target] ?? '') ?? -1];
    const at = places.get(row[predicted] ?? '');
    if (line !== undefined && at !== undefined) line[at] = (line[at] ?? 0) + (Number(row[count]) || 0);
  }
  return { kind: 'matrix', labels, counts };
}

function toRoc(rows: readonly (readonly string[])[], schema: readonly string[]): Shown {
  const [fpr, tpr, threshold] = ['fpr', 'tpr', 'thresholds'].map((name, index) => (schema.includes(name) ? schema.indexOf(name) : index)) as [number, number, number];
  const points = rows.map((row) => ({ fpr: Number(row[fpr]), tpr: Number(row[tpr]), threshold: Number(row[threshold]) }));
  return { kind: 'roc', points: points.filter((point) => Number.isFinite(point.fpr) && Number.isFinite(point.tpr)).sort((a, b) => a.fpr - b.fpr || a.tpr - b.tpr) };
}

const texts = (list: unknown): string[] => (Array.isArray(list) ? list.map(String) : []);
const columns = (schema: unknown): string[] => (Array.isArray(schema) ? schema.map((column: { name?: unknown } | null) => String(column?.name ?? '')) : []);

/** Comma-separated values, with quotes where a value has commas, quotes or lines of its own. Empty lines are no rows. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = () => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === ',') {
      row.push(cell);
      cell = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') cell += character;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

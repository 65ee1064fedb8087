export interface SpecProblem {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
  readonly remedy?: string;
}

/** Problems of a spec in an error's `details`: our own server puts them in a Struct behind KFP's own detail. */
export function problemsOfDetails(details: readonly Record<string, unknown>[] = []): SpecProblem[] {
  return details.flatMap((detail) => {
    const value = (detail['value'] ?? detail) as Record<string, unknown>;
    const list = value['issues'];
    if (!Array.isArray(list)) return [];
    return list.map((entry: Record<string, unknown>) => ({
      path: String(entry['path'] ?? ''),
      message: String(entry['message'] ?? ''),
      ...(typeof entry['line'] === 'number' && { line: entry['line'] }),
      ...(typeof entry['remedy'] === 'string' && { remedy: entry['remedy'] }),
    }));
  });
}

/** Problems written as text, one a line: `- root.dag.tasks['a'] (line 3, column 5): what is wrong`. Empty when the text has another form. */
export function problemsOfText(text: string): SpecProblem[] {
  const [head = '', ...rest] = text.split('\n');
  const lines = rest.filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
  if (lines.length > 0) return lines.map(problemOfLine);
  const single = / is not valid: (.+)$/s.exec(head)?.[1];
  return single === undefined ? [] : [problemOfLine(single)];
}

function problemOfLine(line: string): SpecProblem {
  const match = /^([^\s:]*(?:\['[^']*'\][^\s:]*)*)(?:\s?\(line (\d+), column \d+\))?: (.+)$/s.exec(line) ?? /^()\(line (\d+), column \d+\): (.+)$/s.exec(line);
  if (!match) return { path: '', message: line };
  return { path: match[1] ?? '', message: match[3] ?? '', ...(match[2] !== undefined && { line: Number(match[2]) }) };
}

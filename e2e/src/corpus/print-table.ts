import type { Finding } from './check-pipelines.js';

const LONGEST_WHY = 160;

/** One line a pipeline, sorted by file; what is not as expected stands below it. */
export function printTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ file, did, end, why, fault }) => [file, did, end, shorten(why), fault] as const);
  const width = (column: 0 | 1 | 2): number => Math.max(...rows.map((row) => row[column].length), 0);
  const [files, dids, ends] = [width(0), width(1), width(2)];
  return rows
    .flatMap(([file, did, end, why, fault]) => [
      `${file.padEnd(files)}  ${did.padEnd(dids)}  ${end.padEnd(ends)}  ${why}`.trimEnd(),
      ...(fault === undefined ? [] : [`${' '.repeat(files)}  ^ NOT AS EXPECTED: ${fault}`]),
    ])
    .join('\n');
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_WHY ? line : `${line.slice(0, LONGEST_WHY - 1)}…`;
}

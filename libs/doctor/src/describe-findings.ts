import type { Finding } from '@millrace/api-contract';

const MARKS = { ok: 'ok', warning: 'warning', error: 'ERROR', unknown: 'unknown' } as const;

/** Findings as text, one block each, with what to do below; the last line sums up. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(8 + width + 2);
  const blocks = findings.map(({ check, verdict, what, why, remedy }) =>
    [`${MARKS[verdict].padEnd(8)}${check.padEnd(width)}  ${what}`, ...(why === undefined ? [] : [`${indent}why: ${why}`]), ...(remedy === undefined ? [] : [`${indent}do:  ${remedy}`])].join('\n'),
  );
  const count = (verdict: Finding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  const named = (verdict: 'warning' | 'error') => `${count(verdict)} ${verdict}${count(verdict) === 1 ? '' : 's'}`;
  return [...blocks, '', `${count('ok')} ok, ${named('warning')}, ${named('error')}, ${count('unknown')} not known`].join('\n');
}

/** 1 where something cannot work; warnings and what could not be looked at are no reason to stop a deployment. */
export function exitCodeOf(findings: readonly Finding[]): 0 | 1 {
  return findings.some(({ verdict }) => verdict === 'error') ? 1 : 0;
}

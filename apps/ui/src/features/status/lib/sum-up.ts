import type { Diagnosis, Finding } from '@millrace/api-contract';

const WORST_FIRST: readonly Finding['verdict'][] = ['error', 'warning', 'unknown', 'ok'];

/** What an operator needs to see first: the findings, the worst before the others and otherwise as they are told, and how many there are of each. */
export function sumUp({ findings }: Pick<Diagnosis, 'findings'>): { readonly findings: readonly Finding[]; readonly counts: Readonly<Record<Finding['verdict'], number>> } {
  const counts = { error: 0, warning: 0, unknown: 0, ok: 0 };
  for (const { verdict } of findings) counts[verdict] += 1;
  return { findings: findings.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict)), counts };
}

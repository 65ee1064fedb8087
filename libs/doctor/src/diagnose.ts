import type { Diagnosis } from '@millrace/api-contract';
import { examine } from './examine.js';
import type { Check } from './finding.js';

const KEPT_MS = 30_000;

/** Runs the checks for whoever asks, at most every half minute: what they look at costs others something. */
export function createDiagnosis<Context>(checks: readonly Check<Context>[], context: () => Promise<Context> | Context, clock: () => Date = () => new Date()): () => Promise<Diagnosis> {
  let last: { readonly at: number; readonly answer: Promise<Diagnosis> } | undefined;
  const diagnose = async (now: Date): Promise<Diagnosis> => ({ examined_at: now.toISOString(), findings: [...(await examine(checks, await context()))] });
  return () => {
    const now = clock();
    if (last === undefined || Math.abs(now.getTime() - last.at) >= KEPT_MS) {
      const answer = diagnose(now);
      answer.catch(() => (last = undefined));
      last = { at: now.getTime(), answer };
    }
    return last.answer;
  };
}

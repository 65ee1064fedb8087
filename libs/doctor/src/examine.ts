import type { Finding } from '@millrace/api-contract';
import { isPipelineError } from '@millrace/errors';
import { failure, fine, unknown, type Check, type Outcome } from './finding.js';

export interface ExamineOptions {
  /** A check without an answer for so long is told as unknown. @default 20000 */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;

/** Runs all checks at once; their findings in the order of the checks. Never throws. */
export async function examine<Context>(checks: readonly Check<Context>[], context: Context, { timeoutMs = TIMEOUT_MS }: ExamineOptions = {}): Promise<readonly Finding[]> {
  const all = await Promise.all(checks.map(async (check) => (await outcomesOf(check, context, timeoutMs)).map((outcome) => ({ check: check.name, ...outcome }))));
  return all.flat();
}

async function outcomesOf<Context>(check: Check<Context>, context: Context, timeoutMs: number): Promise<readonly Outcome[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Outcome[]>((resolve) => {
    timer = setTimeout(() => resolve([unknown(`There was no answer within ${timeoutMs / 1000} s.`, 'Try again; if it stays so, see whether what is asked here is overloaded.')]), timeoutMs);
  });
  try {
    const outcomes = await Promise.race([check.examine(context), late]);
    return outcomes.length > 0 ? outcomes : [fine('Nothing to complain of.')];
  } catch (error) {
    return [outcomeOf(error)];
  } finally {
    clearTimeout(timer);
  }
}

/** An error of ours names what is wrong and the remedy; what may not be looked at is no fault of the install. */
function outcomeOf(error: unknown): Outcome {
  const message = (error as Error).message;
  if (!isPipelineError(error)) return unknown(`The check itself failed: ${message}`);
  if (error.code === 'PERMISSION_DENIED') return unknown(message, 'Run doctor with an account that may look, an administrator of the cluster for example.');
  return failure({ what: message, why: 'What is asked here does not answer as it must.', remedy: 'Mend what the sentence names, and run doctor again.' });
}

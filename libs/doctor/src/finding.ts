import type { Finding } from '@millrace/api-contract';

/** What a check came to; its name is added by whoever runs it. */
export type Outcome = Omit<Finding, 'check'>;

/** One question about an install. What it throws is told as well: it need not catch what is away. */
export interface Check<Context> {
  /** As it is told and documented: `argo-controller`. */
  readonly name: string;
  examine(context: Context): Promise<readonly Outcome[]>;
}

interface Complaint {
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  readonly remedy: string;
}

export const fine = (what: string): Outcome => ({ verdict: 'ok', what });
/** Works, but not as it should. */
export const warning = (complaint: Complaint): Outcome => ({ verdict: 'warning', ...complaint });
/** Something cannot work until it is mended. */
export const failure = (complaint: Complaint): Outcome => ({ verdict: 'error', ...complaint });
/** Could not be looked at; the remedy says how it can be. */
export const unknown = (what: string, remedy?: string): Outcome => ({ verdict: 'unknown', what, ...(remedy !== undefined && { remedy }) });

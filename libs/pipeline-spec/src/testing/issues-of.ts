import { SpecError, type SpecIssue } from '../spec-error.js';

/** The issues that a parse reports; fails when it reports none. */
export function issuesOf(parse: () => unknown): readonly SpecIssue[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  throw new Error('The pipeline was accepted.');
}

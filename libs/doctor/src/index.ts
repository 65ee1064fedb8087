/**
 * What is wrong with an install, why it matters and what to do.
 *
 * @packageDocumentation
 */
export { describeFindings, exitCodeOf } from './describe-findings.js';
export { examine, type ExamineOptions } from './examine.js';
export { failure, fine, unknown, warning, type Check, type Outcome } from './finding.js';

import { PipelineError } from '@millrace/errors';

/** One fault of a pipeline document. */
export interface SpecIssue {
  /** Where, from the document's top: `root.dag.tasks['train'].inputs.parameters['lr']`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to change, where that is known. */
  readonly remedy?: string;
  /** Both count from 1; only there when the document came as text. */
  readonly line?: number;
  readonly column?: number;
}

const ISSUES_IN_MESSAGE = 20;

/** Thrown when a document is not a valid pipeline; `issues` (also `details.issues`) holds every fault found, in document order where lines are known. */
export class SpecError extends PipelineError {
  readonly issues: readonly SpecIssue[];

  constructor(issues: readonly SpecIssue[], options: { fileName?: string | undefined; cause?: unknown } = {}) {
    super('INVALID_ARGUMENT', describeIssues(issues, options.fileName), { details: { issues }, cause: options.cause });
    this.issues = issues;
  }
}

function describeIssues(issues: readonly SpecIssue[], fileName: string | undefined): string {
  const subject = fileName === undefined ? 'The pipeline' : `"${fileName}"`;
  const first = issues[0];
  if (issues.length === 1 && first !== undefined) return `${subject} is not valid: ${describeIssue(first)}`;
  const lines = issues.slice(0, ISSUES_IN_MESSAGE).map((issue) => `- ${describeIssue(issue)}`);
  if (issues.length > ISSUES_IN_MESSAGE) lines.push(`- and ${issues.length - ISSUES_IN_MESSAGE} more.`);
  return [`${subject} has ${issues.length} problems:`, ...lines].join('\n');
}

function describeIssue({ path, message, remedy, line, column }: SpecIssue): string {
  const place = line === undefined ? '' : ` (line ${line}, column ${column ?? 1})`;
  const head = path === '' ? place.trim() : `${path}${place}`;
  return [head === '' ? message : `${head}: ${message}`, remedy].filter((part) => part !== undefined).join(' ');
}

import { PipelineError } from '@millrace/errors';

/** A name that is empty or too long; thrown before anything is stored. */
export class NameError extends PipelineError {
  constructor(message: string) {
    super('INVALID_ARGUMENT', message);
  }
}

const CAPS = { 'Pipeline.Name': 128, 'Pipeline.DisplayName': 255, 'PipelineVersion.Name': 127, 'PipelineVersion.DisplayName': 255, 'Experiment.Name': 128, 'Run.DisplayName': 255, 'RecurringRun.DisplayName': 255 } as const;

/** Refuses a name that the database could not keep, in KFP's words. */
export function assertName(kind: keyof typeof CAPS, name: string): void {
  if (name.trim() === '') throw new NameError(`${kind} must not be empty.`);
  if ([...name].length > CAPS[kind]) throw new NameError(`${kind} length cannot exceed ${CAPS[kind]}`);
}

const MAX_DESCRIPTION = 65_535;

/** Descriptions are stored beside what lists read, so they have a bound. */
export function assertDescription(description: string): void {
  if (Buffer.byteLength(description) > MAX_DESCRIPTION) throw new NameError(`A description may have ${MAX_DESCRIPTION} bytes; this one has ${Buffer.byteLength(description)}.`);
}

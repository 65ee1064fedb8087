import type { RecurringRun } from '@millrace/database';
import type { RunRequest } from '../runs/run-request.js';

/** A recurring run as a client asks for it, whichever API it came by. A pipeline without a version is always its latest. */
export interface RecurringRunRequest extends RunRequest, Pick<RecurringRun, 'status' | 'trigger' | 'noCatchup' | 'maxConcurrency'> {}

import type { RunPreview } from '@millrace/api-contract';
import { isPipelineError } from '@millrace/errors';
import { Inject, Injectable } from '@nestjs/common';
import type { RunRequest } from './run-request.js';
import { RunsService } from './runs.service.js';

const NOTHING = { tasks: 0, cached: 0, run: 0, undecided: 0 };

/** Says what a run would do; what is wrong with it is part of the answer rather than an error. */
@Injectable()
export class RunPreviewService {
  constructor(@Inject(RunsService) private readonly runs: RunsService) {}

  async preview(readRequest: () => RunRequest): Promise<RunPreview> {
    try {
      return { ...(await this.runs.preview(readRequest())), problems: [] };
    } catch (error) {
      if (!isPipelineError(error) || !['INVALID_ARGUMENT', 'UNIMPLEMENTED', 'FAILED_PRECONDITION'].includes(error.code)) throw error;
      return { ...NOTHING, problems: problemsOf(error.details?.['issues'], error.message) };
    }
  }
}

function problemsOf(issues: unknown, message: string): RunPreview['problems'] {
  if (!Array.isArray(issues) || issues.length === 0) return [{ path: '', message }];
  return issues.map((issue: { path?: unknown; message?: unknown; remedy?: unknown }) => ({
    path: String(issue.path ?? ''),
    message: [issue.message, issue.remedy].filter((part) => typeof part === 'string').join(' '),
  }));
}

import type { Database, Json, ListQuery, Page, PipelineDocument, RecurringRun, Run } from '@millrace/database';
import { resolveVersion } from '@millrace/run-controller';
import { upcomingSlots } from '@millrace/scheduling';
import { Inject, Injectable } from '@nestjs/common';
import { ExperimentsService } from '../experiments/experiments.service.js';
import type { Settings } from '../options.js';
import { DATABASE, SETTINGS } from '../tokens.js';

/** A recurring run with the names of what it belongs to; a name is absent when its owner was deleted. */
export interface NamedRecurringRun {
  readonly recurringRun: RecurringRun;
  readonly experimentName?: string;
  readonly pipelineName?: string;
  readonly versionName?: string;
  /** Newest first. */
  readonly latestRuns: readonly Run[];
}

export interface RecurringRunPage extends NamedRecurringRun {
  /** What the next run would run; absent when it is gone. */
  readonly document?: PipelineDocument;
  readonly parameters: Readonly<Record<string, Json>>;
  readonly nextTimes: readonly Date[];
}

const NEXT_TIMES = 5;
const LATEST_RUNS = 5;

/** What pages show of recurring runs. */
@Injectable()
export class RecurringRunViewsService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(ExperimentsService) private readonly experiments: ExperimentsService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async list(query: ListQuery & { readonly experimentId?: string }): Promise<Page<NamedRecurringRun>> {
    const page = await this.database.recurringRuns.list({ ...query, namespace: this.settings.namespace });
    return { ...page, items: await this.#name(page.items) };
  }

  async get(id: string): Promise<RecurringRunPage> {
    const recurringRun = await this.database.recurringRuns.get(id);
    const [named] = await this.#name([recurringRun]);
    const document = await this.#documentOf(recurringRun);
    return { ...named!, parameters: recurringRun.parameters, nextTimes: this.#nextTimes(recurringRun), ...(document && { document }) };
  }

  async #documentOf({ id, pipelineId, pipelineVersionId }: RecurringRun): Promise<PipelineDocument | undefined> {
    if (pipelineId === undefined) return this.database.recurringRuns.getDocument(id);
    try {
      const version = await resolveVersion(this.database, { pipelineId, versionId: pipelineVersionId });
      return await this.database.pipelines.getDocument(version.id);
    } catch {
      // A pipeline that is gone is said by the recurring run itself, with its next run at the latest.
      return undefined;
    }
  }

  #nextTimes({ trigger, createdAt, lastRunAt }: RecurringRun): Date[] {
    const { clock, timeZone } = this.settings;
    const after = Math.max(clock().getTime(), lastRunAt?.getTime() ?? 0);
    return upcomingSlots(trigger, { after, createdAt: createdAt.getTime(), count: NEXT_TIMES, timeZone }).map((slot) => new Date(slot));
  }

  async #name(recurringRuns: readonly RecurringRun[]): Promise<NamedRecurringRun[]> {
    const distinct = (ids: readonly (string | undefined)[]) => [...new Set(ids.filter((id) => id !== undefined))];
    const [experiments, names, latest] = await Promise.all([
      this.experiments.names(recurringRuns.map(({ experimentId }) => experimentId)),
      this.database.pipelines.names({ pipelines: distinct(recurringRuns.map(({ pipelineId }) => pipelineId)), versions: distinct(recurringRuns.map(({ pipelineVersionId }) => pipelineVersionId)) }),
      Promise.all(recurringRuns.map(({ id }) => this.#latestRuns(id))),
    ]);
    return recurringRuns.map((recurringRun, index) => ({
      recurringRun,
      experimentName: experiments.get(recurringRun.experimentId),
      pipelineName: recurringRun.pipelineId && names.pipelines.get(recurringRun.pipelineId),
      versionName: recurringRun.pipelineVersionId && names.versions.get(recurringRun.pipelineVersionId),
      latestRuns: latest[index]!,
    }));
  }

  async #latestRuns(id: string): Promise<readonly Run[]> {
    return this.database.runs.listLatestOf(id, LATEST_RUNS);
  }
}

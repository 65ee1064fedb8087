import type { Database, Experiment, ListQuery, Page, StorageState } from '@millrace/database';
import { isPipelineError, PipelineError } from '@millrace/errors';
import type { ScheduleController } from '@millrace/schedule-controller';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { assertDescription, assertName } from '../names.js';
import type { Settings } from '../options.js';
import { DATABASE, SCHEDULE_CONTROLLER, SETTINGS } from '../tokens.js';
import { DEFAULT_EXPERIMENT } from './default-experiment.js';

/** Experiments, among them the default one, which exists from the start and cannot be deleted. */
@Injectable()
export class ExperimentsService implements OnModuleInit {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    @Inject(SCHEDULE_CONTROLLER) private readonly schedules: ScheduleController,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.ensureDefault();
  }

  create({ name, description }: { readonly name: string; readonly description: string }): Promise<Experiment> {
    assertName('Experiment.Name', name);
    assertDescription(description);
    const { newId, namespace, clock } = this.settings;
    return this.database.experiments.create({ id: newId(), namespace, name, description, storageState: 'AVAILABLE', createdAt: clock() });
  }

  get(id: string): Promise<Experiment> {
    return this.database.experiments.get(id);
  }

  list(query: ListQuery): Promise<Page<Experiment>> {
    return this.database.experiments.list({ ...query, namespace: this.settings.namespace });
  }

  async setStorageState(id: string, state: StorageState): Promise<void> {
    await this.database.experiments.setStorageState(id, state);
    // As in KFP: what is put away starts no runs; whoever restores it enables them one by one.
    if (state === 'ARCHIVED') await this.#disableRecurringRuns(id);
  }

  async delete(id: string): Promise<void> {
    const experiment = await this.database.experiments.get(id);
    if (experiment.name === DEFAULT_EXPERIMENT.name) throw new PipelineError('ABORTED', 'The default experiment cannot be deleted: runs that name no experiment belong to it.');
    await this.database.experiments.delete(id);
  }

  async #disableRecurringRuns(experimentId: string): Promise<void> {
    const enabled: ListQuery & { readonly experimentId: string } = { experimentId, pageSize: 200, filter: [{ operation: 'EQUALS', key: 'status', value: 'ENABLED' }] };
    for (let page = await this.database.recurringRuns.list(enabled); page.items.length > 0; page = await this.database.recurringRuns.list(enabled)) {
      for (const { id } of page.items) await this.schedules.setEnabled(id, false);
    }
  }

  /** The default experiment, made when it is not there. */
  async ensureDefault(): Promise<Experiment> {
    const { name, description } = DEFAULT_EXPERIMENT;
    const find = () => this.database.experiments.findByName(this.settings.namespace, name);
    const found = await find();
    if (found) return found;
    try {
      return await this.create({ name, description });
    } catch (error) {
      // Another replica made it between the two calls.
      const made = isPipelineError(error) && error.code === 'ALREADY_EXISTS' ? await find() : undefined;
      if (made) return made;
      throw error;
    }
  }

  /** Names by id, in one query; ids of deleted experiments are left out. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const names = new Map<string, string>();
    const wanted = [...new Set(ids)];
    if (wanted.length === 0) return names;
    const page = await this.database.experiments.list({ pageSize: 200, filter: [{ operation: 'IN', key: 'experiment_id', value: wanted }] });
    for (const { id, name } of page.items) names.set(id, name);
    return names;
  }
}

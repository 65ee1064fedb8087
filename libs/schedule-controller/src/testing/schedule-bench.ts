import { randomUUID } from 'node:crypto';
import type { Database, PipelineDocument, RecurringRun, Run } from '@millrace/database';
import { aPipeline, aRecurringRun, aRun, aVersion, anExperiment, openTestDatabase } from '@millrace/database/testing';
import type { PipelineError } from '@millrace/errors';
import { shardOf, type ShardOwnership } from '@millrace/resources';
import type { RunSubmission } from '@millrace/run-controller';
import { createScheduleController } from '../create-schedule-controller.js';
import { ScheduleReconciler } from '../reconcile-schedule.js';
import type { ScheduleController } from '../schedule-controller.js';
import { MemoryStore } from './memory-store.js';

export const CREATED = new Date('2026-03-01T09:00:00Z');

const DOCUMENT = {
  pipelineSpec: {
    schemaVersion: '2.1.0',
    pipelineInfo: { name: 'train' },
    root: { dag: { tasks: { a: { taskInfo: { name: 'a' }, componentRef: { name: 'c' } } } } },
    components: { c: { executorLabel: 'e' } },
    deploymentSpec: { executors: { e: { container: { image: 'i', command: ['true'] } } } },
  },
};

/** Dies where a process would: nothing that comes after is done. */
class Crash extends Error {}

/** A database, a store and a clock that outlive the controllers; runs are rows that a test ends. */
export class ScheduleBench {
  readonly memory = new MemoryStore();
  readonly submitted: RunSubmission[] = [];
  readonly terminated: string[] = [];
  readonly problems: string[] = [];
  now = CREATED.getTime();
  /** What the next submissions say instead of making a run. */
  refusal: PipelineError | undefined;
  crashAt: string | undefined;
  experimentId = '';
  pipelineId = '';
  readonly #controllers = new Set<ScheduleController>();
  #lasting: ScheduleReconciler;

  private constructor(readonly database: Database) {
    this.#lasting = this.reconciler();
  }

  static async open(): Promise<ScheduleBench> {
    const bench = new ScheduleBench(await openTestDatabase('sqlite'));
    bench.experimentId = (await bench.database.experiments.create(anExperiment({ namespace: 'ns' }))).id;
    const pipeline = aPipeline({ namespace: 'ns', displayName: 'Train' });
    bench.pipelineId = pipeline.id;
    await bench.database.pipelines.createWithVersion(pipeline, aVersion({ pipelineId: pipeline.id, createdAt: new Date(1000) }), DOCUMENT);
    return bench;
  }

  anyDocument(): PipelineDocument {
    return DOCUMENT;
  }

  async addVersion(createdAt: Date): Promise<string> {
    const version = aVersion({ pipelineId: this.pipelineId, createdAt });
    await this.database.pipelines.createVersion(version, DOCUMENT);
    return version.id;
  }

  /** The face of it; it follows nothing until it is started. */
  controller(shards?: ShardOwnership): ScheduleController {
    const controller = createScheduleController({ ...this.#options(), ...(shards && { shards }) });
    this.#controllers.add(controller);
    return controller;
  }

  /** What follows schedules, without a queue: a test says when. */
  reconciler(): ScheduleReconciler {
    return new ScheduleReconciler({ ...this.#options(), timeZone: 'UTC' });
  }

  /** Lets time pass, and has every schedule looked at until nothing is due. Resolves to whether that went without a crash. */
  async pass(ms: number, reconciler: ScheduleReconciler = this.#lasting): Promise<boolean> {
    this.now += ms;
    for (const { metadata } of this.memory.objects.values()) {
      for (let step = 0; step < 200; step += 1) {
        const object = await this.memory.get('ScheduledWorkflow', metadata);
        if (object === undefined) break;
        try {
          if ((await reconciler.reconcile(object))?.requeueAfterMs !== 0) break;
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          this.crashAt = undefined;
          this.#lasting = this.reconciler();
          return false;
        }
      }
    }
    return true;
  }

  #options() {
    const runs = {
      submit: async (submission: RunSubmission): Promise<Run> => {
        if (this.refusal) throw this.refusal;
        const run = aRun({ ...submission, parameters: {}, createdAt: new Date(this.now), state: 'RUNNING' });
        await this.database.runs.create(run, { document: submission.document, workflow: {} }, {});
        this.submitted.push(submission);
        return run;
      },
      preview: async () => ({ tasks: 1, cached: 0, run: 1, undecided: 0 }),
      terminate: async (runId: string) => {
        this.terminated.push(runId);
        await this.database.runs.record({ runId, at: new Date(this.now), run: { state: 'CANCELED', finishedAt: new Date(this.now) } });
      },
    };
    return {
      database: this.database,
      store: this.memory.store,
      runs,
      clock: () => new Date(this.now),
      failpoint: (name: string) => {
        if (name === this.crashAt) throw new Crash(name);
      },
      log: (level: string, message: string) => void this.problems.push(`${level} ${message}`),
    };
  }

  aSchedule(given: Partial<RecurringRun> = {}): RecurringRun {
    const id = given.id ?? randomUUID();
    return aRecurringRun({
      id, namespace: 'ns', experimentId: this.experimentId, pipelineId: this.pipelineId, createdAt: CREATED, trigger: { periodicSchedule: { intervalSecond: 60 } }, maxConcurrency: 10,
      scheduleName: `nightly-${id.slice(0, 8)}`, ...given,
    });
  }

  /** The times of the runs that a schedule has, oldest first. */
  async slots(id: string): Promise<string[]> {
    const { items } = await this.database.runs.list({ pageSize: 200, filter: [{ operation: 'EQUALS', key: 'recurring_run_id', value: id }] });
    return items.map(({ scheduledAt }) => scheduledAt.toISOString().slice(11, 19)).sort();
  }

  async finishRuns(id: string): Promise<void> {
    for (const run of await this.database.runs.listUnfinishedOf(id)) {
      await this.database.runs.record({ runId: run.id, at: new Date(this.now), run: { state: 'SUCCEEDED', finishedAt: new Date(this.now) } });
      this.memory.emitWorkflow(
        {
          'scheduledworkflows.kubeflow.org/isOwnedByScheduledWorkflow': 'true',
          'scheduledworkflows.kubeflow.org/scheduledWorkflowName': (await this.database.recurringRuns.get(id)).scheduleName,
          'millrace/schedule-shard': String(shardOf(id)),
          'pipeline/persistedFinalState': 'true',
        },
        'Succeeded',
      );
    }
  }

  async close(): Promise<void> {
    for (const controller of this.#controllers) await controller.close();
    await this.database.close();
  }
}

import type { RunDetail, TaskDetail } from '@millrace/api-contract';
import { createRun, upload } from './requests.js';
import type { Server } from './server.js';

export interface FinishedRun {
  readonly id: string;
  readonly run: RunDetail['run'];
  /** By path below the root: `train`, `inner/add`. */
  readonly tasks: Readonly<Record<string, TaskDetail>>;
}

type Json = Record<string, unknown>;

/** Runs of one server, started and looked at as clients do. */
export class Runs {
  constructor(private readonly millrace: Server) {}

  /** Starts a run of a spec, or of compiled YAML after its upload; fails when it is refused. */
  async start(pipeline: object | string, parameters: Json = {}, rest: object = {}): Promise<string> {
    const source = typeof pipeline === 'string' ? { pipeline_version_reference: { pipeline_id: await this.upload(pipeline) } } : { pipeline_spec: pipeline };
    const { status, body, message } = await createRun(this.millrace, { ...source, runtime_config: { parameters }, ...rest });
    if (status !== 200) throw new Error(`the run was refused with ${status}: ${message}`);
    return body.run_id;
  }

  async upload(yaml: string, name = `pipeline ${Math.random()}`): Promise<string> {
    const { status, body, message } = await upload(this.millrace, yaml, { name });
    if (status !== 200) throw new Error(`the pipeline was refused with ${status}: ${message}`);
    return body.pipeline_id;
  }

  async finished(id: string): Promise<FinishedRun> {
    await this.millrace.finished(id);
    return this.look(id);
  }

  async run(pipeline: object | string, parameters: Json = {}, rest: object = {}): Promise<FinishedRun> {
    return this.finished(await this.start(pipeline, parameters, rest));
  }

  async look(id: string): Promise<FinishedRun> {
    const { run, tasks } = await this.millrace.json<RunDetail>(`/apis/millrace/v1/runs/${id}`);
    const details = await Promise.all(tasks.map((task) => this.millrace.json<TaskDetail>(`/apis/millrace/v1/runs/${id}/tasks/${task.id}`)));
    return { id, run, tasks: Object.fromEntries(details.map((task) => [task.path.replace(/^root\//, ''), task])) };
  }

  /** The whole log of a task's attempt. */
  async log(task: TaskDetail, attempt?: number): Promise<string> {
    const query = attempt === undefined ? '' : `?attempt=${attempt}`;
    return (await this.millrace.request(`/apis/millrace/v1/runs/${task.run_id}/tasks/${task.id}/logs/download${query}`)).text();
  }

  async retry(id: string): Promise<void> {
    await this.millrace.json(`/apis/v2beta1/runs/${id}:retry`, { method: 'POST' });
  }

  async terminate(id: string): Promise<void> {
    await this.millrace.json(`/apis/v2beta1/runs/${id}:terminate`, { method: 'POST' });
  }
}

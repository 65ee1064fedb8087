import type { IncomingMessage, ServerResponse } from 'node:http';
import { millrace, MILLRACE_API, type Diagnosis, type LogPageView, type RunSummary, type StreamEvent } from '@millrace/api-contract';
import type { JsonValue } from '@millrace/pipeline-spec';
import { z } from 'zod';
import { MockSchedules } from './mock-schedules';
import { makeScenario, recount, settle, uuid, type MockRun, type Scenario } from './scenario';

const V2 = '/apis/v2beta1';
const ACTIVE = new Set(['PENDING', 'RUNNING', 'CANCELING']);
class Refusal extends Error {
  constructor(readonly status: number, message: string, readonly issues?: readonly object[]) {
    super(message);
  }
}

/** The two APIs over one made-up scenario. Every answer of our own API is checked against the contract. */
export class MockApi {
  readonly #scenario: Scenario;
  readonly #schedules: MockSchedules;
  readonly #listeners = new Set<ServerResponse>();
  #event = 0;

  constructor(private readonly options: { baseUrl: string; empty: boolean; still: boolean }) {
    this.#scenario = options.empty ? { experiments: [], pipelines: [], versions: [], runs: new Map() } : makeScenario();
    this.#schedules = new MockSchedules(this.#scenario);
    if (!options.still) for (const run of this.#scenario.runs.values()) if (run.pace) setInterval(() => this.#move(run), run.pace).unref();
  }

  async answer(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams): Promise<void> {
    if (path === `${MILLRACE_API}/events`) return this.#stream(response);
    const stream = /\/runs\/([^/]+)\/tasks\/([^/]+)\/logs\/stream$/.exec(path);
    if (stream) return this.#streamLog(response, this.#run(stream[1]), stream[2] ?? '', query);
    const body = request.method === 'GET' ? undefined : await readBody(request);
    try {
      const result = this.#route(request.method ?? 'GET', path, query, body);
      if (result instanceof Uint8Array) response.writeHead(200, { 'content-type': 'text/plain', 'content-security-policy': 'sandbox' }).end(result);
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, String(error instanceof Error ? error.stack : error));
      const facts = refusal.issues ? [{ '@type': 'type.googleapis.com/google.protobuf.Struct', value: { issues: refusal.issues } }] : [];
      response.writeHead(refusal.status, { 'content-type': 'application/json', 'x-request-id': '5f1c-8e20' }).end(JSON.stringify({ code: refusal.status === 404 ? 5 : 3, message: `Error: ${refusal.message}`, details: [{ code: 3, message: refusal.message }, ...facts] }));
    }
  }

  #route(method: string, path: string, query: URLSearchParams, body: Buffer | undefined): unknown {
    const own = path.startsWith(MILLRACE_API) ? path.slice(MILLRACE_API.length) : undefined;
    if (own !== undefined) return this.#own(method, own, query, body);
    const parts = path.slice(V2.length + 1).split('/').map(decodeURIComponent);
    const [area, id, sub, subId] = parts;
    const { pipelines, versions, experiments, runs } = this.#scenario;
    const json = body && body.length > 0 && body[0] === 123 ? (JSON.parse(body.toString()) as Record<string, JsonValue>) : {};
    if (area === 'pipelines' && (id === 'upload' || id === 'upload_version')) return this.#upload(id, query, body ?? Buffer.alloc(0));
    if (area === 'pipelines' && sub === 'versions') {
      if (!subId) return { ...pageOf(versions.filter((each) => each.pipeline_id === id), query, 'pipeline_versions') };
      if (method === 'DELETE') return removeFrom(versions, (each) => each.pipeline_version_id === subId);
      return versions.find((each) => each.pipeline_version_id === subId) ?? missing('version', subId);
    }
    if (area === 'pipelines') {
      if (!id) return pageOf(filtered(pipelines, query), query, 'pipelines');
      if (method === 'DELETE') return removeFrom(pipelines, (each) => each.pipeline_id === id);
      return pipelines.find((each) => each.pipeline_id === id) ?? missing('pipeline', id);
    }
    if (area === 'experiments') return id ? (experiments.find((each) => each.experiment_id === id) ?? missing('experiment', id)) : pageOf(filtered(experiments, query), query, 'experiments');
    if (area === 'recurringruns') {
      if (!id) return this.#schedules.create(json);
      const [recurringId = '', verb] = id.split(':');
      if (method === 'DELETE') this.#schedules.remove(recurringId);
      else this.#schedules.setEnabled(recurringId, verb === 'enable');
      this.#tell({ type: 'changed', kind: 'recurring-run', id: recurringId });
      return {};
    }
    if (area === 'runs' && method === 'POST' && !id) return this.#create(json);
    if (area === 'runs' && id) {
      const [runId = '', verb] = id.split(':');
      const run = this.#run(runId);
      if (method === 'DELETE') {
        if (ACTIVE.has(run.detail.run.state)) throw new Refusal(400, `Run "${run.detail.run.name}" cannot be deleted while it is running; terminate it first.`);
        runs.delete(runId);
        this.#tell({ type: 'run-deleted', id: runId });
      } else if (verb === 'archive' || verb === 'unarchive') this.#change(run, { archived: verb === 'archive' });
      else if (verb === 'retry') this.#change(run, { state: 'RUNNING', finished_at: undefined, error: undefined });
      else if (verb === 'terminate') {
        if (!ACTIVE.has(run.detail.run.state)) throw new Refusal(400, `Run "${run.detail.run.name}" has already ended.`);
        this.#change(run, { state: 'CANCELING' });
        setTimeout(() => this.#cancel(run), 1500).unref();
      }
      return {};
    }
    throw new Refusal(404, 'Not Found');
  }

  #own(method: string, path: string, query: URLSearchParams, body: Buffer | undefined): unknown {
    if (path === '/server') return z.parse(millrace.serverInfo, { version: '0.1.0', base_url: this.options.baseUrl, data_folder: '~/.millrace', substrate: 'embedded', time_zone: 'Europe/Berlin', warnings: [] });
    if (path === '/doctor') return z.parse(millrace.diagnosis, DIAGNOSIS);
    if (path === '/recurring-runs') return this.#schedules.list(query);
    if (path.startsWith('/recurring-runs/')) return this.#schedules.get(path.split('/')[2] ?? '') ?? missing('recurring run', path.split('/')[2] ?? '');
    if (path === '/runs') return z.parse(millrace.runList, this.#list(query));
    if (path === '/runs:preview' && method === 'POST') {
      const wanted = JSON.parse(body?.toString() ?? '{}') as { pipeline_version_reference?: { pipeline_version_id?: string } };
      const run = [...this.#scenario.runs.values()].find((each) => each.detail.run.version?.id === wanted.pipeline_version_reference?.pipeline_version_id);
      const tasks = run ? run.detail.tasks.filter((task) => task.kind === 'container').length : 2;
      const cached = Math.floor(tasks * 0.7);
      return z.parse(millrace.runPreview, { tasks, cached, run: tasks - cached, undecided: 0, problems: [] });
    }
    const [, runs, runId, kind, taskId, logs, more] = path.split('/').map(decodeURIComponent);
    if (runs === 'artifacts') return Buffer.from('{"rows": 1000, "columns": ["text", "label"], "note": "工单意图"}');
    const run = this.#run(runId);
    if (!kind) return z.parse(millrace.runDetail, { ...run.detail, revision: String(this.#event) });
    if (kind === 'artifacts') {
      const artifacts = [...run.tasks.values()].flatMap((task) => task.output_artifacts.map((link) => ({ ...link, task_id: task.id, task_path: task.path, direction: 'OUTPUT' })));
      return z.parse(millrace.artifactPage, { artifacts });
    }
    const task = run.tasks.get(taskId ?? '') ?? missing('task', taskId ?? '');
    if (!logs) return z.parse(millrace.taskDetail, task);
    const lines = this.#lines(run, taskId ?? '', Number(query.get('attempt') ?? 0));
    if (more === 'download') return Buffer.from(lines.map((line) => line.slice(7)).join('\n'));
    const from = query.get('from') ?? '0';
    return z.parse(millrace.logPage, logPage(lines, from === 'tail' ? 'tail' : Number(from), Number(query.get('limit_bytes') ?? 262_144), task.state !== 'RUNNING', task.started_at));
  }

  #list(query: URLSearchParams): unknown {
    const states = (query.get('states') ?? '').split(',').filter(Boolean);
    const archived = query.get('archived') === 'true';
    const text = (query.get('q') ?? '').toLowerCase();
    const version = /"pipeline_version_id","string_value":"([^"]+)"/.exec(query.get('filter') ?? '')?.[1];
    const rows = [...this.#scenario.runs.values()].map((run) => run.detail.run)
      .filter((run) => run.archived === archived && (states.length === 0 || states.includes(run.state)) && (!query.get('experiment_id') || run.experiment.id === query.get('experiment_id')) && (!query.get('recurring_run_id') || run.recurring_run?.id === query.get('recurring_run_id')) && run.name.toLowerCase().includes(text) && (!version || run.version?.id === version))
      .sort((a, b) => b.created_at.localeCompare(a.created_at));
    const start = Number(query.get('page_token') ?? 0);
    const size = Number(query.get('page_size') || 20);
    return { runs: rows.slice(start, start + size), total_size: rows.length, revision: String(this.#event), ...(start + size < rows.length && { next_page_token: String(start + size) }) };
  }

  #create(body: Record<string, JsonValue>): unknown {
    const reference = body['pipeline_version_reference'] as { pipeline_version_id?: string } | undefined;
    const model = [...this.#scenario.runs.values()].find((run) => run.detail.run.version?.id === reference?.pipeline_version_id);
    if (!model) throw new Refusal(400, 'This version has no run to imitate.');
    const id = uuid();
    const now = new Date().toISOString();
    const run: MockRun = { detail: structuredClone(model.detail), tasks: new Map(), logs: new Map(), pace: 600 };
    run.detail.tasks = run.detail.tasks.map((task, at) => ({ ...task, id: `${id}-${at}`, state: 'PENDING', attempts: 0, facts: [], message: undefined, started_at: undefined, finished_at: undefined, queued_at: undefined }));
    for (const task of run.detail.tasks) settle(run, id, task, { begun: Date.now(), state: 'PENDING' });
    run.detail.run = { ...run.detail.run, id, name: String(body['display_name']), state: 'RUNNING', error: undefined, archived: false, created_at: now, started_at: now, finished_at: undefined };
    run.detail.parameters = ((body['runtime_config'] as { parameters?: Record<string, JsonValue> } | undefined)?.parameters ?? {}) as never;
    recount(run);
    this.#scenario.runs.set(id, run);
    this.#tell({ type: 'run', run: run.detail.run });
    const timer = setInterval(() => this.#move(run) || clearInterval(timer), 600);
    timer.unref();
    return { run_id: id };
  }

  #upload(kind: string, query: URLSearchParams, body: Buffer): unknown {
    const text = body.toString();
    if (!text.includes('pipelineInfo')) {
      throw new Refusal(400, 'The file has 2 problems.', [
        { path: "root.dag.tasks['train'].componentRef", message: 'There is no component "comp-trian".', line: 31, column: 9, remedy: 'Did you mean "comp-train"?' },
        { path: 'schemaVersion', message: 'is missing.', remedy: 'Add schemaVersion: 2.1.0.' },
      ]);
    }
    const model = this.#scenario.versions[0];
    const pipeline_id = kind === 'upload' ? uuid() : (query.get('pipelineid') ?? '');
    const name = query.get('name') ?? 'pipeline';
    const created_at = new Date().toISOString();
    this.#scenario.versions.unshift({ pipeline_id, pipeline_version_id: uuid(), name, display_name: name, description: '', created_at, pipeline_spec: model?.pipeline_spec ?? null });
    if (kind === 'upload') this.#scenario.pipelines.unshift({ pipeline_id, name, display_name: name, description: '', created_at });
    this.#tell({ type: 'changed', kind: 'pipeline', id: pipeline_id });
    return kind === 'upload' ? this.#scenario.pipelines[0] : this.#scenario.versions[0];
  }

  #run(id: string | undefined): MockRun {
    return this.#scenario.runs.get(id ?? '') ?? missing('run', id ?? '');
  }

  #change(run: MockRun, change: Partial<RunSummary>): void {
    run.detail.run = { ...run.detail.run, ...change };
    this.#tell({ type: 'run', run: run.detail.run });
  }

  #cancel(run: MockRun): void {
    for (const task of run.detail.tasks) if (task.state === 'PENDING' || task.state === 'RUNNING') settle(run, run.detail.run.id, task, { begun: Date.now(), state: 'CANCELED' });
    recount(run);
    run.pace = undefined;
    this.#tell({ type: 'tasks', run_id: run.detail.run.id, tasks: run.detail.tasks });
    this.#change(run, { state: 'CANCELED', finished_at: new Date().toISOString() });
  }

  /** One step of a run: a running task ends, one that may start does. False when nothing is left. */
  #move(run: MockRun): boolean {
    const { tasks } = run.detail;
    const byPath = new Map(tasks.map((task) => [task.path, task]));
    const settled = (path: string) => !['PENDING', 'RUNNING'].includes(byPath.get(path)?.state ?? 'PENDING');
    const changed = [];
    const running = tasks.filter((task) => task.kind === 'container' && task.state === 'RUNNING');
    for (const task of running.slice(0, Math.max(1, running.length - 3))) {
      settle(run, run.detail.run.id, task, { begun: Date.now(), state: 'SUCCEEDED' });
      changed.push(task);
    }
    const open = tasks.filter((task) => task.state === 'PENDING' && task.depends_on.every(settled) && (task.parent_path === 'root' || byPath.get(task.parent_path)?.state === 'RUNNING'));
    for (const task of open.slice(0, 5)) {
      settle(run, run.detail.run.id, task, { begun: Date.now(), state: 'RUNNING' });
      changed.push(task);
    }
    for (const group of tasks.filter((task) => task.kind === 'dag' && task.state === 'RUNNING')) {
      if (!tasks.filter((task) => task.parent_path === group.path).every((task) => settled(task.path))) continue;
      settle(run, run.detail.run.id, group, { begun: Date.now(), state: 'SUCCEEDED' });
      changed.push(group);
    }
    for (const task of running) run.logs.get(`${task.id}-a0`)?.push(`stdout\t${task.name}: step ${Date.now() % 1000}`);
    if (changed.length === 0 && running.length === 0) {
      if (run.detail.run.state === 'RUNNING' && run.pace) this.#change(run, { state: 'SUCCEEDED', finished_at: new Date().toISOString() });
      run.pace = undefined;
      return false;
    }
    recount(run);
    this.#tell({ type: 'tasks', run_id: run.detail.run.id, tasks: changed });
    this.#tell({ type: 'run', run: run.detail.run });
    return true;
  }

  #tell(event: StreamEvent): void {
    this.#event += 1;
    const { type, ...data } = z.parse(millrace.streamEvent, event);
    for (const listener of this.#listeners) listener.write(`event: ${type}\nid: ${this.#event}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(`event: hello\nid: ${this.#event}\ndata: ${JSON.stringify({ type: 'hello', revision: String(this.#event), server_time: new Date().toISOString() })}\n\n`);
    this.#listeners.add(response);
    response.on('close', () => this.#listeners.delete(response));
  }

  #streamLog(response: ServerResponse, run: MockRun, taskId: string, query: URLSearchParams): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    let from = Number(query.get('from') ?? 0);
    const attempt = Number(query.get('attempt') ?? 0);
    const timer = setInterval(() => {
      const task = run.tasks.get(taskId);
      const page = logPage(this.#lines(run, taskId, attempt), from, 262_144, task?.state !== 'RUNNING', task?.started_at);
      if (page.lines.length > 0) response.write(`event: page\ndata: ${JSON.stringify(page)}\n\n`);
      from = page.next_offset;
      if (page.complete) {
        response.end('event: end\ndata: {}\n\n');
        clearInterval(timer);
      }
    }, 300);
    response.on('close', () => clearInterval(timer));
  }

  #lines(run: MockRun, taskId: string, attempt: number): string[] {
    const node = run.tasks.get(taskId)?.attempt_list.find((each) => each.index === attempt)?.node_id;
    return run.logs.get(node ?? '') ?? [];
  }
}

const DIAGNOSIS: Diagnosis = {
  examined_at: '2026-11-22T18:00:00.000Z',
  findings: [
    { check: 'own-rights', verdict: 'ok', what: 'Its account has the 22 rights that it needs.' },
    { check: 'object-store', verdict: 'error', what: 'Artifacts below minio://mlpipeline/v2 cannot be written: There is no bucket "mlpipeline".', why: 'No task can leave outputs or its log: all fail.', remedy: 'See that the bucket exists and that the keys may write there (objectStore.secret of the chart).' },
    { check: 'database', verdict: 'ok', what: 'MariaDB 11.4.2, answers in 0.6 ms, 18.4 MiB.' },
    { check: 'argo-pace', verdict: 'warning', what: 'Argo takes about 10 s to go on after a task was decided.', why: 'Each task that waits for a value is late by that.', remedy: 'Set DEFAULT_REQUEUE_TIME of its workflow-controller to 300ms.' },
  ],
};
const offsets = new WeakMap<string[], number[]>();
function logPage(lines: string[], from: number | 'tail', limit: number, ended: boolean, started = new Date().toISOString()): LogPageView {
  const known = offsets.get(lines) ?? [0];
  offsets.set(lines, known);
  for (let at = known.length - 1; at < lines.length; at += 1) known.push((known[at] ?? 0) + Buffer.byteLength(lines[at] ?? '') - 6);
  const size = known[lines.length] ?? 0;
  const start = from === 'tail' ? Math.max(0, size - limit) : from;
  const first = known.findIndex((offset) => offset >= start);
  const page: LogPageView['lines'] = [];
  let next = known[first] ?? size;
  for (let at = first; at >= 0 && at < lines.length && (known[at] ?? 0) - start < limit; at += 1) {
    const [stream = 'stdout', text = ''] = (lines[at] ?? '').split('\t');
    page.push({ number: at + 1, offset: known[at] ?? 0, time: new Date(Date.parse(started) + at * 137).toISOString(), stream: stream as 'stdout', text });
    next = known[at + 1] ?? size;
  }
  return { lines: page, next_offset: next, size_bytes: size, complete: ended && next >= size };
}

const missing = (what: string, id: string): never => {
  throw new Refusal(404, `There is no ${what} "${id}".`);
};
function removeFrom<T>(list: T[], found: (item: T) => boolean): object {
  const at = list.findIndex(found);
  if (at >= 0) list.splice(at, 1);
  return {};
}
function filtered<T extends { display_name: string }>(list: readonly T[], query: URLSearchParams): T[] {
  const text = /"string_value":"([^"]*)"/.exec(query.get('filter') ?? '')?.[1] ?? '';
  return list.filter((item) => item.display_name.toLowerCase().includes(text.toLowerCase()));
}
function pageOf<T>(list: readonly T[], query: URLSearchParams, name: string): object {
  const start = Number(query.get('page_token') ?? 0);
  const size = Number(query.get('page_size') || 20);
  return { [name]: list.slice(start, start + size), total_size: list.length, ...(start + size < list.length && { next_page_token: String(start + size) }) };
}
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

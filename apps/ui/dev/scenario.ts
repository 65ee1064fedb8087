import { millrace, type Attempt, type RunDetail, type RunSummary, type TaskDetail, type TaskSummary } from '@millrace/api-contract';
import type { JsonValue } from '@millrace/pipeline-spec';
import { z } from 'zod';
import { specOf, type SpecTask } from './spec-of';

export type State = TaskSummary['state'];
export interface MockRun {
  detail: RunDetail;
  tasks: Map<string, TaskDetail>;
  logs: Map<string, string[]>;
  /** Milliseconds between changes; a run without it stands still. */
  pace?: number;
}
export interface Scenario {
  experiments: { experiment_id: string; display_name: string; description: string; created_at: string; last_run_created_at: string; storage_state: string }[];
  pipelines: { pipeline_id: string; name: string; display_name: string; description: string; created_at: string }[];
  versions: { pipeline_id: string; pipeline_version_id: string; name: string; display_name: string; description: string; created_at: string; pipeline_spec: JsonValue }[];
  runs: Map<string, MockRun>;
}

const MIN = 60_000;
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
let counter = 0;
export const uuid = (): string => `${(0x7f3c2e1a + counter * 0x1357).toString(16).padStart(8, '0').slice(0, 8)}-4d1e-4b7a-9c3f-${String((counter += 1)).padStart(12, '0')}`;

const FINETUNE: SpecTask[] = [
  { name: 'import-tickets' },
  { name: 'validate-schema', after: ['import-tickets'] },
  { name: 'split-by-customer', after: ['validate-schema'] },
  { name: 'tokenize', after: ['split-by-customer'], tasks: Array.from({ length: 24 }, (_, at) => ({ name: `tokenize-shard-${at + 1}` })) },
  { name: 'train-baseline', after: ['tokenize'] },
  { name: 'train-folds', after: ['tokenize'], tasks: [{ name: 'prepare' }, ...Array.from({ length: 5 }, (_, at) => ({ name: `train-fold-${at + 1}`, after: ['prepare'] }))] },
  { name: 'slice-report', after: ['train-baseline'] },
  { name: 'select-best-fold', after: ['train-folds'] },
  { name: 'publish-model', after: ['select-best-fold', 'slice-report'] },
];
const PARAMETERS = {
  dataset_uri: { parameterType: 'STRING', description: 'Folder of labelled tickets in Parquet.' },
  model_name: { parameterType: 'STRING', defaultValue: 'xlmr-base', literals: ['xlmr-base', 'mdeberta-v3', 'minilm-l6'], description: 'Encoder to fine-tune.' },
  learning_rate: { parameterType: 'NUMBER_DOUBLE', defaultValue: 0.00001, description: 'Peak rate of the schedule.' },
  epochs: { parameterType: 'NUMBER_INTEGER', defaultValue: 3, description: 'Passes over each training fold.' },
  freeze_embeddings: { parameterType: 'BOOLEAN', defaultValue: false, description: 'Saves about 20% of GPU memory.' },
  languages: { parameterType: 'LIST', defaultValue: ['en'] },
  label_weights: { parameterType: 'STRUCT', defaultValue: { billing: 1, parcel: 1.4, login: 0.8 } },
  base_checkpoint: { parameterType: 'STRING', isOptional: true, description: 'Path of a model artifact.' },
} as const;
const GIVEN = { dataset_uri: 's3://tickets/labelled/2026-11-20', model_name: 'xlmr-base', learning_rate: 0.00003, epochs: 3, freeze_embeddings: true, languages: ['en', 'de', 'zh-Hans', 'zh-Hant'], label_weights: { billing: 1, parcel: 1.4, login: 0.8 } };

const ADDITION: SpecTask[] = [{ name: 'addition-component' }, { name: 'addition-component-2', after: ['addition-component'] }];
const layered = (layers: number, width: number): SpecTask[] =>
  Array.from({ length: layers * width }, (_, at) => {
    const layer = Math.floor(at / width);
    const before = (offset: number) => `step-${layer - 1}-${(at + offset) % width}`;
    return { name: `step-${layer}-${at % width}`, after: layer === 0 ? [] : at % 7 === 0 ? [before(0), before(1)] : [before(0)] };
  });
const chain = (count: number): SpecTask[] => Array.from({ length: count }, (_, at) => ({ name: `step-${at + 1}`, after: at === 0 ? [] : [`step-${at}`] }));

export function makeScenario(): Scenario {
  const experiments = ['Ticket intent, Q4', 'Nightly', '客服意图识别', 'Distillation', 'Default'].map((name, at) => ({
    experiment_id: uuid(), display_name: name, description: name === 'Default' ? 'All runs created without specifying an experiment will be grouped here.' : '', created_at: ago((at + 3) * 86_400_000), last_run_created_at: at < 3 ? ago(at * 1_900_000 + 60_000) : '1970-01-01T00:00:00Z', storage_state: 'AVAILABLE',
  }));
  const scenario: Scenario = { experiments, pipelines: [], versions: [], runs: new Map() };
  const define = (name: string, description: string, tasks: SpecTask[], parameters: object, versionNames: string[]) => {
    const pipeline_id = uuid();
    scenario.pipelines.push({ pipeline_id, name, display_name: name, description, created_at: ago(scenario.pipelines.length * 4_000_000 + 9 * MIN) });
    versionNames.forEach((version, at) =>
      scenario.versions.push({ pipeline_id, pipeline_version_id: uuid(), name: version, display_name: version, description: '', created_at: ago(at * 90_000_000 + 9 * MIN), pipeline_spec: specOf(name, tasks, parameters) as JsonValue }),
    );
    return { pipeline_id, name, tasks, parameters };
  };
  const finetune = define('ticket-intent-finetune', 'Fine-tunes an encoder that sorts support tickets.', FINETUNE, PARAMETERS, ['v12, deeper tokenizer check', 'v11', 'v10', 'v9']);
  const intent = define('intent-incremental', '客服意图识别：增量训练', [{ name: '读取数据' }, { name: '清洗', after: ['读取数据'] }, { name: '训练', after: ['清洗'] }, { name: '评估', after: ['训练'] }], {}, ['v4']);
  const refresh = define('feature-refresh', 'Rebuilds the feature tables each night.', chain(12), {}, ['v31', 'v30']);
  const addition = define('addition-pipeline', 'Adds three numbers.', ADDITION, { a: { parameterType: 'NUMBER_INTEGER' }, b: { parameterType: 'NUMBER_INTEGER' }, c: { parameterType: 'NUMBER_INTEGER', defaultValue: 10 } }, ['addition-pipeline']);
  const huge = define('thousand-tasks', 'A thousand tasks in forty layers.', layered(40, 25), {}, ['v1']);

  let order = 0;
  const add = (name: string, pipeline: { pipeline_id: string; name: string; tasks: SpecTask[]; parameters: object }, experiment: number, options: { age: number; span?: number; state: RunSummary['state']; paint: (at: number, name: string) => State; error?: string; pace?: number; archived?: boolean; id?: string }) => {
    const version = scenario.versions.find((each) => each.pipeline_id === pipeline.pipeline_id);
    if (!version) throw new Error('no version');
    const id = options.id ?? uuid();
    const begun = ago(options.age);
    order += 1;
    const run: MockRun = { detail: undefined as never, tasks: new Map(), logs: new Map(), pace: options.pace };
    const list: TaskSummary[] = [];
    let leaf = 0;
    const visit = (tasks: readonly SpecTask[], parent: string) => {
      for (const task of tasks) {
        const path = `${parent}/${task.name}`;
        const state: State = task.tasks ? (options.state === 'RUNNING' ? 'RUNNING' : 'SUCCEEDED') : options.paint(leaf, task.name);
        const at = leaf;
        if (!task.tasks) leaf += 1;
        const summary: TaskSummary = {
          id: `${id}-${list.length}`, path, parent_path: parent, key: task.name, name: task.name, kind: task.tasks ? 'dag' : 'container', position: list.length,
          depends_on: (task.after ?? []).map((name_) => `${parent}/${name_}`), state, attempts: 0, facts: [],
        };
        list.push(summary);
        settle(run, id, summary, { begun: Date.parse(begun) + at * 4000, span: options.state === 'RUNNING' ? undefined : (options.span ?? MIN), state });
        if (task.tasks) visit(task.tasks, path);
      }
    };
    visit(pipeline.tasks, 'root');
    run.detail = {
      run: {
        id, name, description: '', state: options.state, archived: options.archived ?? false, ...(options.error && { error: options.error }), task_counts: {},
        experiment: { id: experiments[experiment]?.experiment_id ?? '', name: experiments[experiment]?.display_name ?? '' },
        pipeline: { id: pipeline.pipeline_id, name: pipeline.name }, version: { id: version.pipeline_version_id, name: version.name.split(',')[0] ?? version.name }, pipeline_name: pipeline.name,
        created_at: begun, ...(options.state !== 'PENDING' && { started_at: begun }), ...(options.span && { finished_at: new Date(Date.parse(begun) + options.span).toISOString() }),
      },
      parameters: pipeline === finetune ? GIVEN : pipeline === addition ? { a: 1, b: 2, c: 10 } : {},
      pipeline_spec: version.pipeline_spec as never, tasks: list, artifact_count: [...run.tasks.values()].reduce((sum, task) => sum + task.output_artifacts.length, 0), revision: '0',
    };
    recount(run);
    scenario.runs.set(id, run);
    return run;
  };

  const done: (state: State) => () => State = (state) => () => state;
  const failing = add('xlmr-base, lr 3e-5, 5 folds', finetune, 0, {
    id: '7f3c2e1a-0000-4000-8000-000000000001', age: 38 * MIN, state: 'RUNNING', error: 'slice-report: out of memory',
    paint: (at, name) => (name === 'slice-report' ? 'FAILED' : at < 7 ? 'CACHED' : name === 'train-fold-5' ? 'RUNNING' : name === 'select-best-fold' || name === 'publish-model' ? 'PENDING' : 'SUCCEEDED'),
  });
  const broken = [...failing.tasks.values()].find((task) => task.name === 'slice-report');
  if (broken) failLogs(failing, broken);
  add('xlmr-base, lr 1e-4, 5 folds', finetune, 0, { id: '7f3c2e1a-0000-4000-8000-000000000002', age: 12 * MIN, state: 'RUNNING', paint: (at) => (at < 14 ? 'CACHED' : 'PENDING'), pace: 700 });
  add('客服意图识别：增量训练（11 月）', intent, 2, { age: 7 * MIN, state: 'RUNNING', paint: (at) => (['SUCCEEDED', 'SUCCEEDED', 'RUNNING', 'PENDING'] as const)[at] ?? 'PENDING' });
  add('A thousand tasks', huge, 4, { id: '7f3c2e1a-0000-4000-8000-000000001000', age: 4 * MIN, state: 'RUNNING', paint: (at) => (at < 420 ? 'SUCCEEDED' : at < 445 ? 'RUNNING' : 'PENDING'), pace: 400 });
  holdUp(add('Nightly refresh 2026-11-22', refresh, 1, { id: '7f3c2e1a-0000-4000-8000-000000000003', age: MIN, state: 'PENDING', paint: done('PENDING') }));
  add('xlmr-base, lr 5e-5, 5 folds', finetune, 0, { age: 180 * MIN, span: 52 * MIN + 9000, state: 'SUCCEEDED', paint: (at) => (at % 9 === 0 ? 'CACHED' : 'SUCCEEDED') });
  add('xlmr-base, lr 1e-5, 5 folds', finetune, 0, { age: 258 * MIN, span: 61 * MIN, state: 'SUCCEEDED', paint: done('SUCCEEDED') });
  const missing = add('mdeberta-v3, lr 3e-5', finetune, 0, { age: 290 * MIN, span: 10 * MIN, state: 'FAILED', error: 'train-fold: image registry.local/mdeberta:2.3 not found', paint: (at, name) => (name === 'train-fold-1' ? 'FAILED' : at < 20 ? 'CACHED' : at < 28 ? 'SUCCEEDED' : 'SKIPPED') });
  for (const task of missing.tasks.values()) if (task.state === 'FAILED') Object.assign(task, { message: 'train-fold-1 cannot pull registry.local/mdeberta:2.3: no such tag; the newest is 2.2.' });
  sync(missing);
  add('Nightly refresh 2026-11-21', refresh, 1, { age: 700 * MIN, span: 18 * MIN + 2000, state: 'SUCCEEDED', paint: (at) => (at < 5 ? 'CACHED' : 'SUCCEEDED') });
  add('Threshold search, 200 trials', huge, 3, { age: 1200 * MIN, span: 22 * MIN + 37_000, state: 'CANCELED', paint: (at) => (at < 305 ? 'SUCCEEDED' : 'CANCELED') });
  add('Release candidate 2026.47, dry run', finetune, 0, { age: 1300 * MIN, span: 3000, state: 'SUCCEEDED', paint: done('CACHED') });
  add('客服意图识别：增量训练（10 月）', intent, 2, { age: 1400 * MIN, span: 41 * MIN, state: 'SUCCEEDED', paint: done('SUCCEEDED') });
  add('Backfill ticket features, Aug to Oct', refresh, 1, { age: 1500 * MIN, span: 47 * MIN, state: 'FAILED', error: 'load-partition: 3 of 92 partitions not in s3://tickets/raw', paint: (at) => (at < 8 ? 'SUCCEEDED' : at === 8 ? 'FAILED' : 'SKIPPED') });
  add('Weekly drift check', refresh, 1, { age: 2900 * MIN, span: 68_000, state: 'SKIPPED', paint: (at) => (at < 2 ? 'SUCCEEDED' : 'SKIPPED') });
  const loud = add('Prints two hundred thousand lines', addition, 4, { id: '7f3c2e1a-0000-4000-8000-000000200000', age: 3000 * MIN, span: 5 * MIN, state: 'SUCCEEDED', paint: done('SUCCEEDED') });
  const first = [...loud.tasks.values()][0];
  if (first) loud.logs.set(first.attempt_list[0]?.node_id ?? '', Array.from({ length: 200_000 }, (_, at) => `stdout\tline ${at + 1} of 200000: ${'x'.repeat(at % 90)}`));
  for (let at = 0; at < 80; at += 1) add(`addition ${80 - at}`, addition, 4, { age: (3100 + at * 60) * MIN, span: 9000 + at * 100, state: 'SUCCEEDED', paint: done('SUCCEEDED') });
  for (const run of scenario.runs.values()) z.parse(millrace.runDetail, run.detail);
  return scenario;
}

/** Puts a task into a state with the times, attempts and outputs that go with it. */
export function settle(run: MockRun, runId: string, summary: TaskSummary, how: { begun: number; span?: number; state: State }): void {
  const { state } = how;
  const ran = state === 'SUCCEEDED' || state === 'FAILED' || state === 'RUNNING';
  const known = run.tasks.get(summary.id);
  const started = known?.started_at ?? new Date(how.begun).toISOString();
  const finished = new Date(how.span === undefined ? Math.max(Date.parse(started) + 900, Date.now() - 100) : Date.parse(started) + Math.max(1000, how.span * (0.06 + (summary.position % 7) / 20))).toISOString();
  const attempt: Attempt[] = ran && summary.kind === 'container' ? [{ index: 0, node_id: `${summary.id}-a0`, state, started_at: started, ...(state !== 'RUNNING' && { finished_at: finished, exit_code: state === 'FAILED' ? 1 : 0 }) }] : [];
  Object.assign(summary, {
    state, attempts: attempt.length,
    ...(state !== 'PENDING' && { queued_at: new Date(Date.parse(started) - 2000).toISOString() }),
    ...(ran && { started_at: started }), ...(ran && state !== 'RUNNING' && { finished_at: finished }),
    ...(state === 'FAILED' && { message: `${summary.name} ended with exit code 1.` }), ...(state === 'SKIPPED' && { message: 'A task it depends on failed.' }),
    facts: state === 'SUCCEEDED' && summary.kind === 'container' ? [{ name: 'rows', value: String(1000 + summary.position * 37) }] : [],
  });
  const done = state === 'SUCCEEDED' || state === 'CACHED';
  const artifact = done && summary.position % 3 === 0 ? [{ name: 'report', index: 0, artifact: { id: `${summary.id}-art`, name: 'report', type: 'system.Dataset', uri: `/home/you/.millrace/artifacts/${runId}/${summary.name}/report.json`, metadata: { rows: 1000 }, created_at: finished, run_id: runId, task_id: summary.id, content: { kind: 'file' as const, size_bytes: 68 } } }] : [];
  const detail: TaskDetail = {
    ...summary, run_id: runId,
    ...(summary.kind === 'container' && { image: 'python:3.11', command: ['sh', '-c', 'python3 -m kfp.dsl.executor_main "$@"'], args: ['--executor_input', '{{$}}', '--function_to_execute', summary.name] }),
    input_parameters: { num1: summary.position, path: 's3://tickets/labelled' }, output_parameters: done ? { Output: 1000 + summary.position, notes: { folds: 5, seed: 17 } } : {},
    input_artifacts: [], output_artifacts: artifact, metrics: done && summary.position % 4 === 1 ? [{ name: 'macro-F1', value: 0.841 }] : [], attempt_list: attempt,
    ...(state === 'CACHED' && { fingerprint: '9ad1c0ffee5577c0', cached_from: { run_id: '7f3c2e1a-0000-4000-8000-000000200000', task_id: 'x', run_name: 'xlmr-base, lr 1e-5, 5 folds' } }),
  };
  run.tasks.set(summary.id, detail);
  const nodeId = attempt[0]?.node_id;
  if (nodeId && !run.logs.has(nodeId)) run.logs.set(nodeId, [`stdout\t${summary.name}: started`, 'stdout\t\u001B[32mreading\u001B[0m s3://tickets/labelled', 'stderr\tUserWarning: column 7 has mixed types']);
}

function failLogs(run: MockRun, task: TaskDetail): void {
  const begun = Date.now() - 12 * MIN;
  const one = { index: 0, node_id: `${task.id}-a0`, state: 'FAILED' as const, started_at: new Date(begun - 4 * MIN).toISOString(), finished_at: new Date(begun).toISOString(), exit_code: 137, message: 'OOMKilled' };
  const two = { ...one, index: 1, node_id: `${task.id}-a1`, started_at: new Date(begun).toISOString(), finished_at: new Date(begun + 198_000).toISOString() };
  const message = 'slice-report reached its 4 GiB memory limit while grouping product_line × tenure_band; give it 8 GiB or read the predictions in chunks.';
  Object.assign(task, { attempt_list: [one, two], attempts: 2, message, started_at: two.started_at, finished_at: two.finished_at });
  const lines = Array.from({ length: 197 }, (_, at) => `stdout\tslice ${at}: ${9 + (at % 5)} groups, worst macro-F1 0.${700 + at}`);
  lines.push('stdout\tslice_report: attempt 2 of 2, memory limit 4 GiB', 'stdout\treading train-baseline/predictions.parquet (1.2 GiB, 18,204,771 rows)', 'stdout\tslices: language 9, channel 4, tenure_band 6, product_line 14', 'stderr\tDtypeWarning: columns (7, 11) have mixed types', 'stdout\tjoined customers.parquet: 18,204,771 rows, 41 columns', 'stdout\tslice language: 9 groups, worst zh-Hant macro-F1 0.792', 'stderr\tWARNING rss 3.71 GiB, 93% of the limit', 'stdout\tslice product_line × tenure_band: 84 groups', 'stderr\tWARNING rss 3.98 GiB, 99% of the limit', 'stderr\tKilled');
  run.logs.set(one.node_id, lines.slice(0, 40));
  run.logs.set(two.node_id, lines);
  sync(run);
}

/** Its first task has a pod that does not start. */
function holdUp(run: MockRun): void {
  const task = [...run.tasks.values()].find(({ kind }) => kind === 'container');
  if (!task) return;
  const message =
    'ImagePullBackOff: Back-off pulling image "registry.local/refresh:7": ErrImagePull: failed to pull and unpack image "registry.local/refresh:7": failed to resolve reference "registry.local/refresh:7": failed to do request: Head "https://registry.local/v2/refresh/manifests/7": dial tcp: lookup registry.local on 10.96.0.10:53: no such host';
  Object.assign(task, { message, attempts: 1, attempt_list: [{ index: 0, node_id: `${task.id}-a0`, state: 'PENDING' }] });
  sync(run);
}

/** Brings the summaries up to what the details say. */
export function sync(run: MockRun): void {
  for (const summary of run.detail.tasks) {
    const detail = run.tasks.get(summary.id);
    if (detail) Object.assign(summary, { state: detail.state, message: detail.message, attempts: detail.attempts, started_at: detail.started_at, finished_at: detail.finished_at });
  }
}

export function recount(run: MockRun): void {
  const counts: Record<string, number> = {};
  for (const task of run.detail.tasks) if (task.kind === 'container') counts[task.state] = (counts[task.state] ?? 0) + 1;
  run.detail.run = { ...run.detail.run, task_counts: counts as RunSummary['task_counts'] };
}

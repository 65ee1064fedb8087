import type { Pipeline } from '@millrace/pipeline-spec';
import { type CacheHit, type Layout, type ObjectStoreAccess, type Plan, type RunFacts, type RunView, type TaskFacts, type TaskValues, decide, effectiveArtifactRoot, planRun, resolveRunParameters } from '@millrace/pipeline-semantics';

/** A layout of one machine, whatever the machine. */
export const layout: Layout = {
  defaultPipelineRoot: '/data/artifacts',
  transport: 'in-place',
  refuseRoot: (uri) => (uri.startsWith('/') ? undefined : `"${uri}" is no folder.`),
  parameterFolder: (taskRoot) => `${taskRoot}/.parameters`,
  workspacePath: '/kfp-workspace',
};

const STORES: readonly ObjectStoreAccess[] = [
  { scheme: 'minio', endpoint: 'minio-service:9000', tls: false, region: 'us-east-1', secret: { name: 'mlpipeline-minio-artifact', accessKeyKey: 'accesskey', secretKeyKey: 'secretkey' } },
  { scheme: 's3', endpoint: 's3.example.com', tls: true, region: 'eu-west-1' },
];

/** A layout of a cluster with two stores, of which the second knows the pod's account. */
export const clusterLayout: Layout = {
  defaultPipelineRoot: 'minio://mlpipeline/v2/artifacts',
  transport: 'object-store',
  refuseRoot: () => undefined,
  parameterFolder: () => '/tmp/kfp/outputs',
  workspacePath: '/kfp-workspace',
  stores: STORES,
  mountsImages: true,
  copyImage: 'millrace:1',
  locateObject(uri) {
    const [, scheme, bucket = '', key = ''] = /^(\w+):\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
    const store = STORES.find((candidate) => candidate.scheme === scheme);
    return store && { store, bucket, key };
  },
};

/** The layout that a case is for. */
export const layoutOf = ({ cluster }: CaseFacts): Layout => (cluster === true ? clusterLayout : layout);

export interface CaseFacts {
  /** Laid out for a cluster. @default one machine */
  readonly cluster?: boolean;
  readonly parameters?: RunFacts['parameters'];
  /** Outputs that the cache has, by path. */
  readonly cached?: Readonly<Record<string, Partial<TaskValues>>>;
  /** Outputs of tasks that have run, by path: what gates wait for. */
  readonly produced?: Readonly<Record<string, Partial<TaskValues>>>;
  /** What else is known of executions when gates open: states, iterations. */
  readonly facts?: Readonly<Record<string, TaskFacts>>;
  /** Paths of the gates to answer. @default all that wait outside of loops */
  readonly gates?: readonly string[];
}

export interface PlannedCase {
  readonly run: RunFacts;
  readonly plan: Plan;
  /** Number of cache look-ups. */
  readonly waves: number;
}

/** Plans a run with a cache that knows the outputs given for some paths. */
export function planCase(pipeline: Pipeline, facts: CaseFacts = {}): PlannedCase {
  const layout = layoutOf(facts);
  const pipelineName = pipeline.spec.pipelineInfo.name;
  const run: RunFacts = {
    runId: 'run-1',
    displayName: `A run of ${pipelineName}`,
    resourceName: `${pipelineName}-abcde`,
    namespace: 'team',
    createdAt: new Date('2026-11-22T08:00:00.123Z'),
    scheduledAt: new Date('2026-11-22T08:00:00.123Z'),
    artifactRoot: effectiveArtifactRoot({ layout, pipelineName, runId: 'run-1' }),
    parameters: resolveRunParameters(pipeline, facts.parameters ?? {}),
  };
  const hits = new Map<string, CacheHit>();
  for (const [path, outputs] of Object.entries(facts.cached ?? {})) {
    const decision = decide(pipeline, path, viewOf(run, facts.cached), { layout, cache: { enabled: true }, taskId: newTaskId(path) });
    if (decision.kind !== 'need-cache') throw new Error(`"${path}" asks no cache`);
    hits.set(decision.fingerprint, { runId: 'run-0', taskId: `${newTaskId(path)}-of-run-0`, outputs: values(outputs) });
  }
  const steps = planRun(pipeline, run, { layout, cache: { enabled: true }, newTaskId, support: { substrate: 'kubernetes' } });
  let waves = 0;
  let step = steps.next();
  while (step.done !== true) {
    waves += 1;
    step = steps.next(hits);
  }
  return { run, plan: step.value, waves };
}

export function newTaskId(path: string): string {
  return `id-of-${path.replace(/^root\//, '').replaceAll('/', '-')}`;
}

/** The run once the tasks with given outputs have succeeded. */
export function viewOf(run: RunFacts, produced: CaseFacts['produced'] = {}, facts: CaseFacts['facts'] = {}): RunView {
  return {
    run,
    task: (path) => facts[path] ?? (Object.hasOwn(produced, path) ? { state: 'SUCCEEDED', outputs: values(produced[path] ?? {}) } : undefined),
  };
}

function values(partial: Partial<TaskValues>): TaskValues {
  return { parameters: partial.parameters ?? {}, artifacts: partial.artifacts ?? {} };
}

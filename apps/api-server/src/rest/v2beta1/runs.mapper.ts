import type { v2beta1 } from '@millrace/api-contract';
import type { Json, ListQuery, Page, Predicate, Run, RunState, StateChange } from '@millrace/database';
import { PipelineError } from '@millrace/errors';
import type { RunRequest } from '../../runs/run-request.js';
import type { RunWithTasks } from '../../runs/runs.service.js';
import { toWireSpec } from './pipelines.mapper.js';
import { map, message, time } from './proto-json.js';
import { toWireTask } from './tasks.mapper.js';

const TERMINATED = 'The run was terminated.';

/** KFP ends a terminated run as FAILED, and its SDK waits for ever for anything else; the error says what happened. */
function toWireState(state: RunState): v2beta1.WireRuntimeState {
  return state === 'CANCELED' ? 'FAILED' : state;
}

function errorOf(state: RunState, error: string | undefined): v2beta1.Status | undefined {
  if (state === 'CANCELED') return { code: 1, message: error === undefined || /terminat/i.test(error) ? (error ?? TERMINATED) : `${TERMINATED} ${error}` };
  return error === undefined ? undefined : { code: 2, message: error };
}

const toWireChange = ({ state, at, error }: StateChange) => message({ update_time: time(at), state: toWireState(state), error: errorOf(state, error) });

/** A run as lists show it: without its spec and tasks, which `get` has. */
export function toWireSummary(run: Run): v2beta1.WireRun {
  const config = message({ parameters: map(run.parameters), pipeline_root: run.pipelineRoot });
  return message({
    experiment_id: run.experimentId,
    run_id: run.id,
    display_name: run.displayName,
    storage_state: run.storageState,
    description: run.description,
    pipeline_version_reference: run.pipelineVersionId ? message({ pipeline_id: run.pipelineId, pipeline_version_id: run.pipelineVersionId }) : undefined,
    runtime_config: map(config),
    service_account: run.serviceAccount,
    created_at: time(run.createdAt),
    scheduled_at: time(run.scheduledAt),
    finished_at: time(run.finishedAt),
    state: toWireState(run.state),
    error: errorOf(run.state, run.error),
    recurring_run_id: run.recurringRunId,
    // CANCELING is a state to ask for, not one that KFP's history tells of.
    state_history: run.stateHistory.filter(({ state }) => state !== 'CANCELING').map(toWireChange),
  });
}

export function toWire({ run, tasks, document }: RunWithTasks): v2beta1.WireRun {
  const taskIds = new Map(tasks.map((task) => [task.path, task.id]));
  return message({
    ...toWireSummary(run),
    pipeline_spec: document && toWireSpec(document),
    run_details: tasks.length > 0 ? { task_details: tasks.map((task) => toWireTask(task, taskIds.get(task.parentPath))) } : undefined,
  });
}

export function toWirePage(page: Page<Run>): v2beta1.ListRunsResponse {
  return message({ runs: page.items.map(toWireSummary), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

/** What a client asks for; `experiment_id` may also come by the query. */
export function fromWire(wire: v2beta1.WireRun, query: { readonly experiment_id?: string } = {}): RunRequest {
  refuseUnsupported(wire);
  const config = wire.runtime_config;
  return {
    displayName: wire.display_name ?? '',
    description: wire.description ?? '',
    experimentId: wire.experiment_id || query.experiment_id || '',
    serviceAccount: wire.service_account ?? '',
    source: sourceOf(wire),
    parameters: (config?.parameters ?? {}) as Record<string, Json>,
    ...(config?.pipeline_root && { pipelineRoot: config.pipeline_root }),
  };
}

function sourceOf(wire: v2beta1.WireRun): RunRequest['source'] {
  const { pipeline_spec: spec, pipeline_version_reference: reference, pipeline_version_id: versionId } = wire;
  const given = [spec, reference, versionId || undefined].filter((source) => source !== undefined);
  if (given.length !== 1) {
    throw new PipelineError('INVALID_ARGUMENT', `A run needs one of pipeline_spec and pipeline_version_reference; ${given.length === 0 ? 'neither is given' : `${given.length} sources are given`}.`);
  }
  if (spec) return { kind: 'spec', spec };
  return { kind: 'version', pipelineId: reference?.pipeline_id || undefined, versionId: reference?.pipeline_version_id || versionId || undefined };
}

function refuseUnsupported(wire: v2beta1.WireRun): void {
  if (map(wire.plugins_output)) throw new PipelineError('ABORTED', 'plugins_output is set by the server; leave it out.');
  if (map(wire.plugins_input)) throw new PipelineError('UNIMPLEMENTED', `Run plugins are not supported; leave plugins_input (${Object.keys(wire.plugins_input ?? {}).join(', ')}) out.`);
}

/** Clients see terminated runs as FAILED, so a filter for FAILED finds them. */
export function toStoredStates(query: ListQuery): ListQuery {
  return query.filter ? { ...query, filter: query.filter.flatMap(toStoredState) } : query;
}

function toStoredState(predicate: Predicate): Predicate[] {
  if (predicate.key !== 'state') return [predicate];
  if (predicate.operation === 'IN') return [predicate.value.includes('FAILED') ? { ...predicate, value: [...new Set([...predicate.value, 'CANCELED'])] } : predicate];
  if (predicate.value !== 'FAILED') return [predicate];
  if (predicate.operation === 'EQUALS') return [{ operation: 'IN', key: 'state', value: ['FAILED', 'CANCELED'] }];
  if (predicate.operation === 'NOT_EQUALS') return [predicate, { ...predicate, value: 'CANCELED' }];
  return [predicate];
}

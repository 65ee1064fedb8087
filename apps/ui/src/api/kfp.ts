import type { JsonValue } from '@millrace/pipeline-spec';
import { getJson, requestJson } from './http';

/** KFP's own API (v2beta1), as far as the pages use it. Unset fields are absent; unset times are 1970. */
const V2 = '/apis/v2beta1';

export interface KfpPipeline {
  readonly pipeline_id: string;
  readonly name?: string;
  readonly display_name?: string;
  readonly description?: string;
  readonly created_at?: string;
}
export interface KfpVersion {
  readonly pipeline_id: string;
  readonly pipeline_version_id: string;
  readonly name?: string;
  readonly display_name?: string;
  readonly description?: string;
  readonly created_at?: string;
  readonly pipeline_spec?: JsonValue;
}
export interface KfpExperiment {
  readonly experiment_id: string;
  readonly display_name?: string;
  readonly description?: string;
  readonly created_at?: string;
  readonly last_run_created_at?: string;
  readonly storage_state?: string;
}
export interface KfpRunRequest {
  readonly display_name: string;
  readonly description?: string;
  readonly experiment_id?: string;
  readonly pipeline_version_reference?: { readonly pipeline_id: string; readonly pipeline_version_id?: string };
  readonly pipeline_spec?: JsonValue;
  readonly runtime_config?: { readonly parameters?: Readonly<Record<string, JsonValue>>; readonly pipeline_root?: string };
}

interface KfpSpan {
  readonly start_time?: string;
  readonly end_time?: string;
}
export interface KfpTrigger {
  readonly cron_schedule?: KfpSpan & { readonly cron: string };
  readonly periodic_schedule?: KfpSpan & { readonly interval_second: string };
}
export interface KfpRecurringRunRequest extends KfpRunRequest {
  readonly trigger: KfpTrigger;
  readonly max_concurrency: string;
  readonly no_catchup: boolean;
  readonly mode: 'ENABLE' | 'DISABLE';
}

interface Page {
  readonly total_size?: number;
  readonly next_page_token?: string;
}
export interface ListQuery {
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly sortBy?: string;
  /** Part of a name. */
  readonly text?: string;
}

export const nameOf = (thing: { readonly display_name?: string; readonly name?: string }): string => thing.display_name || thing.name || '';

/** A time as KFP sends it, or nothing when it is KFP's "unset". */
export function timeOf(text: string | undefined): Date | undefined {
  if (!text || text.startsWith('1970-01-01T00:00:00')) return undefined;
  return new Date(text);
}

function toQuery(list: ListQuery) {
  return {
    page_size: list.pageSize ?? 50,
    page_token: list.pageToken,
    sort_by: list.pageToken ? undefined : (list.sortBy ?? 'created_at desc'),
    filter: list.pageToken || !list.text ? undefined : JSON.stringify({ predicates: [{ operation: 'IS_SUBSTRING', key: 'display_name', string_value: list.text }] }),
  };
}

const id = encodeURIComponent;

export const kfp = {
  listPipelines: (list: ListQuery, signal?: AbortSignal) => getJson<Page & { pipelines?: KfpPipeline[] }>(`${V2}/pipelines`, { query: toQuery(list), signal }),
  getPipeline: (pipeline: string, signal?: AbortSignal) => getJson<KfpPipeline>(`${V2}/pipelines/${id(pipeline)}`, { signal }),
  deletePipeline: (pipeline: string) => requestJson('DELETE', `${V2}/pipelines/${id(pipeline)}`, { query: { cascade: true }, body: {} }),
  listVersions: (pipeline: string, list: ListQuery, signal?: AbortSignal) =>
    getJson<Page & { pipeline_versions?: KfpVersion[] }>(`${V2}/pipelines/${id(pipeline)}/versions`, { query: toQuery(list), signal }),
  getVersion: (pipeline: string, version: string, signal?: AbortSignal) => getJson<KfpVersion>(`${V2}/pipelines/${id(pipeline)}/versions/${id(version)}`, { signal }),
  deleteVersion: (pipeline: string, version: string) => requestJson('DELETE', `${V2}/pipelines/${id(pipeline)}/versions/${id(version)}`, { body: {} }),
  uploadPipeline: (file: File) => upload<KfpPipeline>(`${V2}/pipelines/upload`, file, { name: nameOfFile(file.name) }),
  uploadVersion: (file: File, pipeline: string) =>
    upload<KfpVersion>(`${V2}/pipelines/upload_version`, file, { pipelineid: pipeline, name: `${nameOfFile(file.name)} ${new Date().toISOString().slice(0, 19).replace('T', ' ')}` }),
  listExperiments: (list: ListQuery, signal?: AbortSignal) => getJson<Page & { experiments?: KfpExperiment[] }>(`${V2}/experiments`, { query: toQuery(list), signal }),
  getExperiment: (experiment: string, signal?: AbortSignal) => getJson<KfpExperiment>(`${V2}/experiments/${id(experiment)}`, { signal }),
  createRun: (run: KfpRunRequest) => requestJson<{ run_id: string }>('POST', `${V2}/runs`, { body: run }),
  actOnRun: (run: string, verb: 'archive' | 'unarchive' | 'terminate' | 'retry') => requestJson('POST', `${V2}/runs/${id(run)}:${verb}`, { body: {} }),
  createRecurringRun: (run: KfpRecurringRunRequest) => requestJson<{ recurring_run_id: string }>('POST', `${V2}/recurringruns`, { body: run }),
  setRecurringRunEnabled: (run: string, enabled: boolean) => requestJson('POST', `${V2}/recurringruns/${id(run)}:${enabled ? 'enable' : 'disable'}`, { body: {} }),
  deleteRecurringRun: (run: string, policy: 'ORPHAN' | 'BACKGROUND') => requestJson('DELETE', `${V2}/recurringruns/${id(run)}`, { query: { propagation_policy: policy }, body: {} }),
  deleteRun: (run: string) => requestJson('DELETE', `${V2}/runs/${id(run)}`, { body: {} }),
};

/** The file's name without its endings: what a pipeline is called when nobody says otherwise. */
export const nameOfFile = (name: string): string => name.replace(/(\.tar\.gz|\.tgz|\.zip|\.ya?ml|\.json)$/i, '') || name;

function upload<T>(path: string, file: File, query: Record<string, string>): Promise<T> {
  const form = new FormData();
  form.append('uploadfile', file, file.name);
  return requestJson<T>('POST', path, { query, form });
}

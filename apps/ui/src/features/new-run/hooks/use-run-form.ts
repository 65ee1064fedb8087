'use client';
import { pipelineParameters, type JsonValue, type PipelineParameter } from '@millrace/pipeline-spec';
import { useEffect, useMemo, useRef, useState } from 'react';
import { nameOf, type KfpRunRequest } from '@/api/kfp';
import { readPipeline, splitSpec } from '@/features/pipelines';
import { useTexts } from '@/i18n/use-texts';
import { useExperiment, usePipeline, useRecurringRun, useRun, useVersion, useVersions } from '@/live/queries';
import { useSearchState } from '@/url/use-search-state';
import { draftsOf, readDrafts, type DraftProblem, type Drafts } from '../lib/parameter-drafts';

const NO_PARAMETERS: readonly PipelineParameter[] = [];

/** Everything the form knows: what is chosen (in the address), what is typed, what would be sent and what is wrong with it. */
export function useRunForm({ macros }: { readonly macros: boolean }) {
  const t = useTexts();
  const url = useSearchState();
  const cloneId = url.get('clone') ?? '';
  const clone = useRun(cloneId);
  const cloned = cloneId ? clone.data : undefined;
  const scheduleId = url.get('schedule') ?? '';
  const schedule = useRecurringRun(scheduleId);
  const copied = scheduleId ? schedule.data : undefined;
  const pipelineId = url.get('pipeline') ?? cloned?.run.pipeline?.id ?? copied?.recurring_run.pipeline?.id ?? '';
  const versions = useVersions(pipelineId);
  const clonedVersion = cloned && pipelineId === cloned.run.pipeline?.id ? cloned.run.version?.id : copied?.recurring_run.pipeline?.id === pipelineId ? copied.recurring_run.version?.id : undefined;
  const versionId = url.get('version') ?? clonedVersion ?? versions.data?.pipeline_versions?.[0]?.pipeline_version_id ?? '';
  const experimentId = url.get('experiment') ?? cloned?.run.experiment.id ?? copied?.recurring_run.experiment.id ?? '';
  const pipeline = usePipeline(pipelineId);
  const version = useVersion(pipelineId, versionId);
  const experiment = useExperiment(experimentId);
  // A pipeline of its own: that of the run or the recurring run which is copied.
  const inline = useMemo(() => {
    if (pipelineId) return undefined;
    if (cloned) return { pipeline_spec: cloned.pipeline_spec, platform_spec: cloned.platform_spec, name: cloned.run.pipeline_name };
    return copied && { pipeline_spec: copied.pipeline_spec, platform_spec: undefined, name: copied.recurring_run.pipeline_name };
  }, [pipelineId, cloned, copied]);
  const spec = inline ? inline.pipeline_spec : version.data?.pipeline_spec;
  const platform = inline?.platform_spec;
  const parsed = useMemo(() => readPipeline(spec as JsonValue | undefined, platform as JsonValue | undefined), [spec, platform]);
  const parameters = useMemo(() => (parsed ? pipelineParameters(parsed) : NO_PARAMETERS), [parsed]);

  const [drafts, setDrafts] = useState<Drafts>({});
  const [misfits, setMisfits] = useState<readonly DraftProblem[]>([]);
  const [typedName, setName] = useState<string>();
  const [description, setDescription] = useState('');
  const [pipelineRoot, setPipelineRoot] = useState('');

  // A copied run fills the form once, when both it and the parameters are there.
  const filled = useRef('');
  useEffect(() => {
    const source = cloned ? { ...cloned.run, parameters: cloned.parameters } : copied && { ...copied.recurring_run, parameters: copied.parameters };
    if (!source || parameters === NO_PARAMETERS || filled.current === source.id) return;
    filled.current = source.id;
    const copy = draftsOf(parameters, source.parameters as Record<string, JsonValue>, t, { macros });
    setDrafts(copy.drafts);
    setMisfits(copy.problems.filter((problem) => problem.name in copy.drafts));
    setDescription(source.description);
  }, [cloned, copied, parameters, t, macros]);

  const suggested = useMemo(() => {
    if (cloned) return t.newRun.copyOf(cloned.run.name);
    if (copied) return t.newRun.copyOf(copied.recurring_run.name);
    const name = pipeline.data ? nameOf(pipeline.data) : '';
    // The runs of a schedule are numbered; a time in its name would be that of nothing.
    if (macros) return name;
    const now = new Date();
    const two = (value: number) => String(value).padStart(2, '0');
    return name ? t.newRun.defaultName(name, `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`) : '';
  }, [cloned, copied, pipeline.data, macros, t]);
  const name = typedName ?? suggested;

  const reading = useMemo(() => readDrafts(parameters, drafts, t, { macros }), [parameters, drafts, t, macros]);
  const problems = useMemo(() => {
    const list: DraftProblem[] = [];
    if (!pipelineId && !inline) list.push({ name: '#pipeline', message: t.newRun.problem.pipeline });
    else if (!versionId && !inline && versions.isSuccess) list.push({ name: '#version', message: t.newRun.problem.version });
    if (name.trim() === '' && (pipelineId || inline)) list.push({ name: '#name', message: t.newRun.problem.name });
    list.push(...reading.problems);
    for (const misfit of misfits) if (!list.some((problem) => problem.name === misfit.name)) list.push(misfit);
    return list;
  }, [pipelineId, inline, versionId, versions.isSuccess, name, reading.problems, misfits, t]);

  const request: KfpRunRequest = useMemo(() => {
    const parts = splitSpec(inline?.pipeline_spec as JsonValue | undefined);
    const whole = inline?.platform_spec && parts ? { pipeline_spec: parts.spec, platform_spec: inline.platform_spec as JsonValue } : (parts?.spec ?? null);
    return {
      display_name: name.trim(),
      ...(description.trim() && { description: description.trim() }),
      ...(experimentId && { experiment_id: experimentId }),
      ...(inline ? { pipeline_spec: whole } : { pipeline_version_reference: { pipeline_id: pipelineId, ...(versionId && { pipeline_version_id: versionId }) } }),
      runtime_config: { parameters: reading.values, ...(pipelineRoot.trim() && { pipeline_root: pipelineRoot.trim() }) },
    };
  }, [name, description, experimentId, inline, pipelineId, versionId, reading.values, pipelineRoot]);

  const change = (parameter: string, draft: string | undefined) => {
    setMisfits((before) => before.filter((misfit) => misfit.name !== parameter));
    setDrafts((before) => ({ ...before, [parameter]: draft }));
  };
  const changeAll = (values: Readonly<Record<string, JsonValue>>): readonly DraftProblem[] => {
    const next = draftsOf(parameters, values, t, { macros });
    setMisfits(next.problems.filter((problem) => problem.name in next.drafts));
    setDrafts(next.drafts);
    return next.problems;
  };
  return {
    clone: cloned,
    cloneError: cloneId && clone.isError ? clone.error : undefined,
    inline: inline !== undefined,
    pipelineId,
    pipelineName: pipeline.data ? nameOf(pipeline.data) : (inline?.name ?? ''),
    versionId,
    versionName: version.data ? nameOf(version.data) : '',
    versions: versions.data?.pipeline_versions ?? [],
    versionsTotal: versions.data?.total_size ?? 0,
    experimentId,
    experimentName: experiment.data ? nameOf(experiment.data) : '',
    loading: (pipelineId !== '' && !version.data && !version.isError && !versions.isError && (versions.isPending || versionId !== '')) || (cloneId !== '' && clone.isPending),
    error: version.error ?? versions.error ?? pipeline.error ?? undefined,
    parameters,
    drafts,
    reading,
    problems,
    request,
    name,
    setName,
    description,
    setDescription,
    pipelineRoot,
    setPipelineRoot,
    change,
    changeAll,
    resetAll: () => {
      setDrafts({});
      setMisfits([]);
    },
    choose: (change_: { pipeline?: string; version?: string; experiment?: string }) => url.push({ ...change_, ...(change_.pipeline && { version: undefined }) }),
  };
}

export type RunForm = ReturnType<typeof useRunForm>;

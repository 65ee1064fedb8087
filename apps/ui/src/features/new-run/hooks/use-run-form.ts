'use client';
import { pipelineParameters, type JsonValue, type PipelineParameter } from '@millrace/pipeline-spec';
import { useEffect, useMemo, useRef, useState } from 'react';
import { nameOf, type KfpRunRequest } from '@/api/kfp';
import { readPipeline, splitSpec } from '@/features/pipelines';
import { useTexts } from '@/i18n/use-texts';
import { useExperiment, usePipeline, useRun, useVersion, useVersions } from '@/live/queries';
import { useSearchState } from '@/url/use-search-state';
import { draftsOf, readDrafts, type DraftProblem, type Drafts } from '../lib/parameter-drafts';

const NO_PARAMETERS: readonly PipelineParameter[] = [];

/** Everything the form knows: what is chosen (in the address), what is typed, what would be sent and what is wrong with it. */
export function useRunForm() {
  const t = useTexts();
  const url = useSearchState();
  const cloneId = url.get('clone') ?? '';
  const clone = useRun(cloneId);
  const cloned = cloneId ? clone.data : undefined;
  const pipelineId = url.get('pipeline') ?? cloned?.run.pipeline?.id ?? '';
  const versions = useVersions(pipelineId);
  const clonedVersion = cloned && pipelineId === cloned.run.pipeline?.id ? cloned.run.version?.id : undefined;
  const versionId = url.get('version') ?? clonedVersion ?? versions.data?.pipeline_versions?.[0]?.pipeline_version_id ?? '';
  const experimentId = url.get('experiment') ?? cloned?.run.experiment.id ?? '';
  const pipeline = usePipeline(pipelineId);
  const version = useVersion(pipelineId, versionId);
  const experiment = useExperiment(experimentId);
  const inline = cloned && !pipelineId ? cloned : undefined;
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
    if (!cloned || parameters === NO_PARAMETERS || filled.current === cloned.run.id) return;
    filled.current = cloned.run.id;
    const copy = draftsOf(parameters, cloned.parameters as Record<string, JsonValue>, t);
    setDrafts(copy.drafts);
    setMisfits(copy.problems.filter((problem) => problem.name in copy.drafts));
    setDescription(cloned.run.description);
  }, [cloned, parameters, t]);

  const suggested = useMemo(() => {
    if (cloned) return t.newRun.copyOf(cloned.run.name);
    const name = pipeline.data ? nameOf(pipeline.data) : '';
    const now = new Date();
    const two = (value: number) => String(value).padStart(2, '0');
    return name ? t.newRun.defaultName(name, `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}`) : '';
  }, [cloned, pipeline.data, t]);
  const name = typedName ?? suggested;

  const reading = useMemo(() => readDrafts(parameters, drafts, t), [parameters, drafts, t]);
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
    const next = draftsOf(parameters, values, t);
    setMisfits(next.problems.filter((problem) => problem.name in next.drafts));
    setDrafts(next.drafts);
    return next.problems;
  };
  return {
    clone: cloned,
    cloneError: cloneId && clone.isError ? clone.error : undefined,
    inline: inline !== undefined,
    pipelineId,
    pipelineName: pipeline.data ? nameOf(pipeline.data) : (inline?.run.pipeline_name ?? ''),
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

'use client';
import type { RunDetail } from '@millrace/api-contract';
import { pipelineParameters, type JsonValue } from '@millrace/pipeline-spec';
import { useMemo } from 'react';
import { EmptyState } from '@/components/ui/EmptyState';
import { readPipeline } from '@/features/pipelines';
import { ValueTable } from '@/features/task';
import { useTexts } from '@/i18n/use-texts';

/** The values the run was given, with what the pipeline says of each. */
export function ParametersTab({ detail }: { readonly detail: RunDetail }) {
  const t = useTexts();
  const given = detail.parameters as Record<string, JsonValue>;
  const { pipeline_spec: spec } = detail;
  const declared = useMemo(() => {
    const pipeline = readPipeline(spec as JsonValue);
    return new Map((pipeline ? pipelineParameters(pipeline) : []).map((parameter) => [parameter.name, parameter]));
  }, [spec]);
  const names = [...new Set([...declared.keys(), ...Object.keys(given)])];
  if (names.length === 0) return <EmptyState title={t.run.noParameters} text={t.run.noParametersText} code={'@dsl.pipeline\ndef my_pipeline(learning_rate: float = 3e-5):'} />;
  return (
    <ValueTable
      rows={names
        .filter((name) => given[name] !== undefined || declared.get(name)?.default !== undefined)
        .map((name) => {
          const parameter = declared.get(name);
          const fallback = parameter?.default;
          const value = given[name] ?? (fallback as JsonValue);
          const changed = fallback !== undefined && JSON.stringify(fallback) !== JSON.stringify(value);
          return { name, value, type: parameter ? t.newRun.types[parameter.type] : undefined, help: parameter?.description, note: changed ? t.newRun.default(typeof fallback === 'string' ? fallback : JSON.stringify(fallback)) : undefined };
        })}
    />
  );
}

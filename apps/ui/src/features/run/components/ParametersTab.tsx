'use client';
import type { RunDetail } from '@millrace/api-contract';
import type { JsonValue, PipelineSpec } from '@millrace/pipeline-spec';
import { EmptyState } from '@/components/ui/EmptyState';
import { ValueTable } from '@/features/task';
import { useTexts } from '@/i18n/use-texts';

/** The values the run was given, with what the pipeline says of each. */
export function ParametersTab({ detail }: { readonly detail: RunDetail }) {
  const t = useTexts();
  const given = detail.parameters as Record<string, JsonValue>;
  const declared = (detail.pipeline_spec as unknown as PipelineSpec | undefined)?.root?.inputDefinitions?.parameters ?? {};
  const names = [...new Set([...Object.keys(declared), ...Object.keys(given)])];
  if (names.length === 0) return <EmptyState title={t.run.noParameters} text={t.run.noParametersText} code={'@dsl.pipeline\ndef my_pipeline(learning_rate: float = 3e-5):'} />;
  return (
    <ValueTable
      rows={names
        .filter((name) => given[name] !== undefined || declared[name]?.defaultValue !== undefined)
        .map((name) => {
          const fallback = declared[name]?.defaultValue;
          const value = given[name] ?? (fallback as JsonValue);
          const changed = fallback !== undefined && JSON.stringify(fallback) !== JSON.stringify(value);
          return { name, value, type: declared[name] ? t.newRun.types[declared[name].parameterType] : undefined, help: declared[name]?.description, note: changed ? t.newRun.default(typeof fallback === 'string' ? fallback : JSON.stringify(fallback)) : undefined };
        })}
    />
  );
}

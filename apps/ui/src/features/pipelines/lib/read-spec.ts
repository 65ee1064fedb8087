import { parseAnyPipelineValue, type AnyPipeline, type JsonValue } from '@millrace/pipeline-spec';

/** The pipeline in a version's or run's spec, which is the spec itself (of v2 or v1) or holds it beside a platform spec; undefined for what is no pipeline. */
export function readPipeline(spec: JsonValue | undefined, platform?: JsonValue): AnyPipeline | undefined {
  const parts = splitSpec(spec);
  if (!parts) return undefined;
  try {
    return parseAnyPipelineValue(parts.spec, platform ?? parts.platform);
  } catch {
    return undefined;
  }
}

/** The documents of a spec as KFP keeps it. */
export function splitSpec(spec: JsonValue | undefined): { spec: JsonValue; platform?: JsonValue } | undefined {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return undefined;
  const object = spec as { readonly [key: string]: JsonValue };
  const inner = object['pipeline_spec'] ?? object['pipelineSpec'];
  if (inner === undefined) return { spec };
  const platform = object['platform_spec'] ?? object['platformSpec'];
  return { spec: inner, ...(platform !== undefined && { platform }) };
}

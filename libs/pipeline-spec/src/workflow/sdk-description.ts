import type { Workflow } from '@millrace/argo';
import { PIPELINE_SPEC_ANNOTATION } from './workflow-pipeline.js';

/** What the v1 SDK says of a pipeline beside its Workflow. */
export interface SdkDescription {
  readonly name?: string;
  readonly description?: string;
  readonly inputs: readonly { readonly name: string; readonly type?: string; readonly description?: string }[];
}

/** The SDK's own description of the pipeline; one that cannot be read says nothing, because nothing depends on it. */
export function sdkDescription({ metadata }: Workflow): SdkDescription {
  const parsed = parse(metadata?.annotations?.[PIPELINE_SPEC_ANNOTATION]);
  const inputs = Array.isArray(parsed['inputs']) ? (parsed['inputs'] as readonly unknown[]) : [];
  return {
    ...(typeof parsed['name'] === 'string' && { name: parsed['name'] }),
    ...(typeof parsed['description'] === 'string' && { description: parsed['description'] }),
    inputs: inputs.flatMap((input) => {
      const { name, type, description } = (input ?? {}) as Record<string, unknown>;
      if (typeof name !== 'string') return [];
      return [{ name, ...(typeof type === 'string' && { type }), ...(typeof description === 'string' && { description }) }];
    }),
  };
}

function parse(text: unknown): Readonly<Record<string, unknown>> {
  if (typeof text !== 'string') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

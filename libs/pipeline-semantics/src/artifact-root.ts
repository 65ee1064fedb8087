import { PipelineError } from '@millrace/errors';
import type { Layout } from './layout.js';

/**
 * Folder of a run's artifacts, `<root>/<pipeline name>/<run id>`; the root is the run's, else the pipeline's, else the layout's.
 * A `?query` of the root is dropped: it tells how to reach the store and is no part of a URI. INVALID_ARGUMENT when the layout
 * refuses the root.
 */
export function effectiveArtifactRoot(options: {
  readonly layout: Layout;
  readonly runRoot?: string;
  readonly pipelineRoot?: string;
  readonly pipelineName: string;
  readonly runId: string;
}): string {
  const { layout, pipelineName, runId } = options;
  const root = options.runRoot || options.pipelineRoot || layout.defaultPipelineRoot;
  const uri = root.replace(/\?.*$/s, '').replace(/(?<=[^/:])\/+$/, '');
  // Argo would take braces for its own tags.
  const refusal = layout.refuseRoot(uri) ?? (/[{}]|\p{Cc}/u.test(uri) ? `The pipeline root "${uri}" contains braces or control characters; choose another.` : undefined);
  if (refusal !== undefined) throw new PipelineError('INVALID_ARGUMENT', refusal, { details: { pipelineRoot: root } });
  return `${uri}/${pipelineName}/${runId}`;
}

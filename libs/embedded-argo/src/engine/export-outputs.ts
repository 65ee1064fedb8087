import type { Artifact, Outputs, Parameter } from '@millrace/argo';
import type { LiveWorkflow } from '../store/live-workflow.js';

/** Outputs with a `globalName` become the workflow's own; the last one of a name counts. */
export function exportOutputs({ parameters = [], artifacts = [] }: Outputs, live: LiveWorkflow): void {
  const named = parameters.filter(({ globalName, value }) => Boolean(globalName) && value !== undefined);
  const kept = artifacts.filter(({ globalName }) => Boolean(globalName));
  if (named.length === 0 && kept.length === 0) return;
  const { outputs } = live.status;
  const all = new Map<string, Parameter>((outputs?.parameters ?? []).map((parameter) => [parameter.name, parameter]));
  for (const { globalName, value } of named) all.set(globalName!, { name: globalName!, value });
  const files = new Map<string, Artifact>((outputs?.artifacts ?? []).map((artifact) => [artifact.name, artifact]));
  for (const { globalName, path: _path, ...artifact } of kept) files.set(globalName!, { ...artifact, name: globalName! });
  live.setStatus({ outputs: { ...(all.size > 0 && { parameters: [...all.values()] }), ...(files.size > 0 && { artifacts: [...files.values()] }) } });
}

import type { JsonValue } from '@millrace/pipeline-spec';

export interface CommandRun {
  readonly host: string;
  readonly name: string;
  readonly experiment: string;
  readonly pipelineId?: string;
  readonly versionId?: string;
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly pipelineRoot?: string;
}

const isPlain = (text: string): boolean => /^[\w@%+=:,./-]+$/.test(text);

/** A word for a POSIX shell. */
export const quoteShell = (text: string): string => (text !== '' && isPlain(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** A value as a Python literal. */
export function toPython(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
  if (Array.isArray(value)) return `[${value.map(toPython).join(', ')}]`;
  return `{${Object.entries(value).map(([key, inner]) => `${toPython(key)}: ${toPython(inner as JsonValue)}`).join(', ')}}`;
}

/** The same run by the `kfp` command; it can only give text, so only text parameters are in it. Undefined for a run without a stored pipeline. */
export function kfpCommand(run: CommandRun): { command: string; leftOut: readonly string[] } | undefined {
  if (!run.pipelineId) return undefined;
  const lines = [`kfp --endpoint ${quoteShell(run.host)} run create`, `  --experiment-name ${quoteShell(run.experiment)}`, `  --run-name ${quoteShell(run.name)}`, `  --pipeline-id ${quoteShell(run.pipelineId)}`];
  if (run.versionId) lines.push(`  --version ${quoteShell(run.versionId)}`);
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(run.parameters)) {
    if (typeof value === 'string') lines.push(`  ${quoteShell(`${name}=${value}`)}`);
    else leftOut.push(name);
  }
  return { command: lines.join(' \\\n'), leftOut };
}

/** The same run from Python. A run of an inline pipeline is started from its file. */
export function pythonProgram(run: CommandRun): string {
  const parameters = Object.entries(run.parameters);
  const args = parameters.length === 0 ? '{}' : `{\n${parameters.map(([name, value]) => `        ${toPython(name)}: ${toPython(value)},`).join('\n')}\n    }`;
  const root = run.pipelineRoot ? [`    pipeline_root=${toPython(run.pipelineRoot)},`] : [];
  if (!run.pipelineId) {
    return ['from kfp import client', '', `client.Client(host=${toPython(run.host)}).create_run_from_pipeline_package(`, `    'pipeline.yaml',`, `    arguments=${args},`, `    run_name=${toPython(run.name)},`, `    experiment_name=${toPython(run.experiment)},`, ...root, ')'].join('\n');
  }
  return [
    'from kfp import client',
    '',
    `kfp = client.Client(host=${toPython(run.host)})`,
    'kfp.run_pipeline(',
    `    kfp.create_experiment(${toPython(run.experiment)}).experiment_id,`,
    `    ${toPython(run.name)},`,
    `    pipeline_id=${toPython(run.pipelineId)},`,
    ...(run.versionId ? [`    version_id=${toPython(run.versionId)},`] : []),
    `    params=${args},`,
    ...root,
    ')',
  ].join('\n');
}

import { millraceRoutes, type Diagnosis, type Finding } from '@millrace/api-contract';
import { clusterChecks, describeFindings, examine, exitCodeOf, findInstall } from '@millrace/doctor';
import { PipelineError } from '@millrace/errors';
import { currentNamespace, KubeClient, loadKubeConfig } from '@millrace/kubernetes';
import { dataFolderAt } from '../data-folder.js';
import { programFiles } from '../program-files.js';
import { readUpSettings, SettingsError, type UpFlags } from '../settings.js';
import { machineChecks } from './machine-checks.js';

export interface DoctorFlags extends Partial<UpFlags> {
  readonly cluster?: boolean;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** `millrace doctor`: says what is wrong, why it matters and what to do; the exit code is 1 where something cannot work. */
export async function doctor(flags: DoctorFlags): Promise<void> {
  if (flags.cluster === true && flags.url !== undefined) throw new SettingsError('--cluster and --url exclude each other: the one looks at a cluster by its kube config, the other asks one server.');
  const findings = flags.url === undefined ? await (flags.cluster === true ? examineCluster(flags) : examineMachine(flags)) : await askServer(flags.url, readUpSettings(asUpFlags(flags), process.env).token);
  console.log(flags.json === true ? JSON.stringify({ examined_at: new Date().toISOString(), findings }, undefined, 2) : describeFindings(findings));
  process.exitCode = exitCodeOf(findings);
}

async function examineMachine(flags: DoctorFlags): Promise<readonly Finding[]> {
  const settings = readUpSettings(asUpFlags(flags), process.env);
  return examine(machineChecks, { folder: dataFolderAt(settings.dataFolder), settings, environment: process.env, pythonFolder: programFiles.python, clock: () => new Date() });
}

async function examineCluster({ kubeconfig, context, namespace }: DoctorFlags): Promise<readonly Finding[]> {
  const config = loadKubeConfig({ file: kubeconfig ?? process.env['KUBECONFIG'], context });
  const client = new KubeClient(config, { userAgent: 'millrace-doctor' });
  try {
    const where = namespace ?? currentNamespace(config) ?? 'kubeflow';
    const install = await findInstall(client, where);
    return await examine(clusterChecks, { client, namespace: where, install, clock: () => new Date() }, { timeoutMs: 40_000 });
  } finally {
    await client.close();
  }
}

async function askServer(url: string, token: string | undefined): Promise<readonly Finding[]> {
  const response = await fetch(url.replace(/\/+$/, '') + millraceRoutes.doctor(), { headers: token === undefined ? undefined : { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(40_000) }).catch((error: Error) => {
    throw new PipelineError('UNAVAILABLE', `There is no answer at ${url} (${error.cause instanceof Error ? error.cause.message : error.message}); is it Millrace's address, and does the server run?`);
  });
  if (response.status === 401) throw new PipelineError('UNAUTHENTICATED', `The server at ${url} asks for a token; give it with --token or MILLRACE_TOKEN.`);
  const answer = (await response.json().catch(() => ({}))) as Partial<Diagnosis>;
  if (answer.findings === undefined) throw new PipelineError('FAILED_PRECONDITION', `What answers at ${url} is no Millrace of this version (HTTP ${response.status}).`);
  return answer.findings;
}

function asUpFlags(flags: DoctorFlags): UpFlags {
  return { cache: true, sample: false, ...flags };
}

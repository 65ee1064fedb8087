import { createRun } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';
import type { Server } from '../harness/server.js';
import type { ClusterFinding } from './check-on-cluster.js';
import type { ClusterServices } from './cluster-services.js';
import { fitSpec, type Images } from './fit-pipeline.js';
import type { RunNamespace } from './run-namespace.js';
import type { StoredObjects } from './stored-objects.js';

export interface CheckContext {
  readonly server: Server;
  readonly namespace: RunNamespace;
  readonly images: Images;
  readonly objects: StoredObjects;
  /** Absent for an installed Millrace, whose processes are not ours to kill. */
  readonly services?: ClusterServices;
}

export type Expect = (holds: boolean, what: string) => void;

/** Says of one promise whether it is kept; what it returns are facts for the reader. */
export type ClusterCheck<Context = CheckContext> = (context: Context, expect: Expect) => Promise<string | void>;

/** Makes checks one after another, or side by side, and tells each as it is done. */
export async function runChecks<Context>(group: string, checks: Readonly<Record<string, ClusterCheck<Context>>>, context: Context, { sideBySide, tell }: { readonly sideBySide: boolean; readonly tell: (finding: ClusterFinding) => void }): Promise<void> {
  const make = async ([name, check]: [string, ClusterCheck<Context>]): Promise<void> => {
    const faults: string[] = [];
    const expect: Expect = (holds, what) => void (holds || faults.push(`not so: ${what}`));
    const began = Date.now();
    const facts = await check(context, expect).catch((error: unknown) => void faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    tell({ file: `${group}/${name}`, laptop: '', cluster: faults.length === 0 ? 'as promised' : 'FAULTY', pods: '', seconds, tasks: 0, faults, ...(facts && { facts }) });
  };
  if (sideBySide) await Promise.all(Object.entries(checks).map(make));
  else for (const entry of Object.entries(checks)) await make(entry);
}

export type ShellTasks = Parameters<typeof shellPipeline>[0];

/** Starts a run of shell lines. */
export function startShell({ server, images }: Pick<CheckContext, 'server' | 'images'>, tasks: ShellTasks, name: string): Promise<string> {
  return startSpec(server, fitSpec(shellPipeline(tasks, name), images), name);
}

export async function startSpec(server: Server, spec: object, name: string): Promise<string> {
  const { status, body, message } = await createRun(server, { display_name: name, pipeline_spec: spec });
  if (status !== 200) throw new Error(`the run was refused: ${message}`);
  return body.run_id;
}

export async function until<Value>(what: string, look: () => Promise<Value | undefined>, seconds = 180): Promise<Value> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(400)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((next) => setTimeout(next, ms));
}

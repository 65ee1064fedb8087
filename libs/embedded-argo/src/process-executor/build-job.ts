import { existsSync } from 'node:fs';
import type { AttemptSpec, Mount } from '../executor.js';
import type { Environment } from './environments.js';
import type { ProcessExecutorParts } from './process-executor-parts.js';
import type { RecognisedCommand } from './recognise-command.js';
import { refuseFixedPaths, relocatePaths, UnreachablePath } from './relocate-paths.js';
import type { Job } from './supervisor-connection.js';

/** An attempt with all that has been found for it. */
export interface JobPlan {
  readonly spec: AttemptSpec;
  readonly recognised: RecognisedCommand;
  readonly environment: Environment;
  /** The attempt's folder was made for it. */
  readonly fresh: boolean;
  readonly gpuVariables: Readonly<Record<string, string>>;
  /** The first line of its log. @default none */
  readonly notice?: string;
}

/** What a supervisor is asked to do for an attempt. Throws UnreachablePath when a folder that it expects is not there. */
export function buildJob(folder: string, { spec, recognised, environment, fresh, gpuVariables, notice = '' }: JobPlan, parts: ProcessExecutorParts): Job {
  const mounts = mountsOf(spec, environment, parts.bareEnvironment);
  return {
    id: spec.id,
    folder,
    fresh,
    argv: recognised.argv,
    ...(recognised.launch && { launch: recognised.launch }),
    env: { ...parts.taskEnvironment, ...spec.env, ...gpuVariables },
    path: parts.path,
    ...(spec.workingDir && { workingDir: spec.workingDir }),
    mounts,
    visible: [...parts.visible, environment.folder],
    ...(spec.deadlineMs && { deadlineMs: spec.deadlineMs }),
    ...(notice !== '' && { notice }),
  };
}

function mountsOf(spec: AttemptSpec, environment: Environment, bareEnvironment: Environment): Mount[] {
  for (const mount of spec.mounts) {
    // What is to be made is made by the supervisor, while this process has other things to do.
    if (!mount.create && !existsSync(mount.source)) throw new UnreachablePath(`The folder "${mount.source}", which the task expects at "${mount.target}", does not exist.`);
  }
  // Environments are shared; a task must not change one under the others.
  const shared = environment === bareEnvironment ? [] : [{ source: environment.folder, target: environment.folder, readOnly: true }];
  return [...shared, ...spec.mounts];
}

/** The same for a machine where a task cannot have folders of its own. Throws UnreachablePath when it would need them. */
export function withRelocatedPaths(job: Job, why: string): Job {
  if (job.launch) refuseFixedPaths(job.launch.source, job.mounts, why);
  const launch = job.launch && { ...job.launch, args: relocatePaths(job.launch.args, job.mounts, why) };
  // The source of a component is text that only Python understands; its paths have to come in as arguments.
  const script = job.launch ? job.argv.slice(0, 4) : [];
  return { ...job, argv: [...script, ...relocatePaths(job.argv.slice(script.length), job.mounts, why)], ...(launch && { launch }) };
}

import type { ContainerSpec } from '../executor.js';
import { isFetched } from './container-outputs.js';
import { ATTEMPT_LABEL, CONTAINER_LABEL, containerName, OWNER_LABEL } from './pod-names.js';
import type { PodSetting } from './pod-setting.js';
import { runArguments } from './run-arguments.js';

/** A container could not be started. */
export class CannotStart extends Error {}

interface ContainerStart {
  /** Id of the attempt. */
  readonly attempt: string;
  readonly container: ContainerSpec;
  /** Its name in the pod; `main` for the task's own. */
  readonly role: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** The container whose network it shares. @default one of its own */
  readonly networkOf?: string;
  readonly gpus?: readonly string[];
}

/** Starts one container of a pod. Resolves to its name; rejects with CannotStart. */
export async function startContainer(setting: PodSetting, { attempt, container, role, image, labels, networkOf, gpus }: ContainerStart): Promise<string> {
  const { client } = setting;
  const isMain = role === 'main';
  const name = containerName(setting.owner, attempt, role);
  const own = new Set(container.mounts.map(({ target }) => target));
  const env = {
    ...(setting.user.startsWith('0:') ? {} : { HOME: '/tmp' }),
    ...(isMain ? setting.taskEnvironment : {}),
    ...(isMain && gpus?.length ? { NVIDIA_VISIBLE_DEVICES: gpus.join(',') } : {}),
    ...container.env,
  };
  for (;;) {
    const { args, variables } = runArguments(client.engine, {
      name,
      image,
      container,
      env,
      mounts: [...setting.shared.filter(({ target }) => !own.has(target)), ...container.mounts.filter((mount) => !isFetched(mount, setting.user))],
      labels: { ...labels, [OWNER_LABEL]: setting.owner, [ATTEMPT_LABEL]: attempt, [CONTAINER_LABEL]: role },
      ...(networkOf !== undefined && { networkOf }),
      ...(isMain && gpus !== undefined && { gpus }),
      user: setting.user,
      init: !setting.noInit,
    });
    const { code, problem } = await client.run(args, { variables });
    if (code === 0) return name;
    await client.remove([name]);
    if (!setting.noInit && /catatonit|docker-init|container-init binary|init binary/i.test(problem)) {
      setting.noInit = true;
      continue;
    }
    throw new CannotStart(describeStart(problem, container, role));
  }
}

function describeStart(problem: string, { image, command }: ContainerSpec, role: string): string {
  const what = role === 'main' ? 'The container' : `The container "${role}"`;
  if (/executable file not found|no such file or directory.*(exec|invoke)|exec:.*no such file/i.test(problem) && command[0] !== undefined) {
    return `The program "${command[0]}" does not exist in the image "${image}".`;
  }
  return `${what} of the image "${image}" could not be started: ${problem.replace(/\.$/, '')}.`;
}

import type { ContainerSpec, Mount } from '../executor.js';
import type { ContainerEngine } from './find-container-engine.js';

export interface ContainerRequest {
  readonly name: string;
  /** The name under which the engine knows it. */
  readonly image: string;
  readonly container: ContainerSpec;
  readonly mounts: readonly Mount[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Whose network it shares. @default one of its own */
  readonly networkOf?: string;
  /** @default none */
  readonly gpus?: readonly string[];
  /** Who the task is: `uid:gid`. @default the image's own user */
  readonly user?: string;
  /** A first process that passes signals on and collects orphans, as Argo's own does. */
  readonly init: boolean;
}

/** Arguments of the engine's command, and the variables it takes for the container from its own environment. */
export interface RunArguments {
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** The engine refuses less. */
const SMALLEST_MEMORY = 6 * 1024 * 1024;
/** Variables that change what the engine's command itself does. */
const OF_THE_COMMAND = /^(PATH|HOME|TMPDIR|LD_.*|DYLD_.*|XDG_.*|DOCKER_.*|CONTAINER_.*|CONTAINERS_.*|BUILDAH_.*|REGISTRY_.*|STORAGE_.*|NOTIFY_SOCKET|DBUS_.*|_.*|.*_PROXY|.*_proxy|SSL_.*|GODEBUG|GOTRACEBACK|USER|LANG|TERM)$/;

/** Everything about one container, for `docker run` and `podman run`. */
export function runArguments(engine: ContainerEngine, request: ContainerRequest): RunArguments {
  const { container, env } = request;
  const given = Object.entries(env).filter(([name]) => name !== '' && !name.includes('='));
  // Values may be secrets, and arguments can be read by everybody on the machine; names that mean something to the command must be arguments.
  const inArguments = given.filter(([name]) => OF_THE_COMMAND.test(name));
  const variables = Object.fromEntries(given.filter(([name]) => !OF_THE_COMMAND.test(name)));
  const [entrypoint, ...rest] = container.command;
  const args = [
    'run', '--detach', '--name', request.name, '--pull', 'never',
    ...Object.entries(request.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    // Others cannot be read back, or not after the container's end.
    '--log-driver', engine.kind === 'podman' ? 'k8s-file' : 'json-file',
    // Folders of the user carry labels that a container may not read.
    '--security-opt', 'label=disable',
    ...(request.init ? ['--init'] : []),
    ...(request.user === undefined ? [] : ['--user', request.user]),
    ...(request.networkOf === undefined ? [] : ['--network', `container:${request.networkOf}`]),
    ...(container.workingDir ? ['--workdir', container.workingDir] : []),
    ...limitArguments(engine, container),
    ...gpuArguments(engine, request.gpus ?? []),
    ...request.mounts.flatMap((mount) => ['--mount', mountArgument(mount)]),
    ...inArguments.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.keys(variables).flatMap((name) => ['--env', name]),
    ...(entrypoint === undefined ? [] : ['--entrypoint', engine.kind === 'podman' ? JSON.stringify([entrypoint]) : entrypoint]),
    request.image,
    ...rest,
    ...container.args,
  ];
  return { args, variables };
}

function limitArguments({ limits, cores }: ContainerEngine, { limits: wanted = {} }: ContainerSpec): string[] {
  return [
    ...(wanted.cpus !== undefined && wanted.cpus > 0 && limits.cpus ? ['--cpus', String(Math.min(cores, Math.max(0.01, wanted.cpus)))] : []),
    ...(wanted.memoryBytes !== undefined && wanted.memoryBytes > 0 && limits.memory ? ['--memory', `${Math.max(SMALLEST_MEMORY, Math.ceil(wanted.memoryBytes))}b`] : []),
  ];
}

function gpuArguments({ kind }: ContainerEngine, gpus: readonly string[]): string[] {
  if (gpus.length === 0) return [];
  return kind === 'docker' ? ['--gpus', `"device=${gpus.join(',')}"`] : gpus.flatMap((gpu) => ['--device', `nvidia.com/gpu=${gpu}`]);
}

/** The option is one line of comma-separated values. */
function mountArgument({ source, target, readOnly }: Mount): string {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(readOnly === true ? ['readonly'] : [])];
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

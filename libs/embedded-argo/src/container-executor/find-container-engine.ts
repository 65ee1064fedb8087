import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';

/** A program that runs containers, and what it can do here. */
export interface ContainerEngine {
  readonly kind: 'docker' | 'podman';
  /** Name or path of its command. */
  readonly program: string;
  readonly version: string;
  /** It runs as the user: root in a container is the user outside. */
  readonly rootless: boolean;
  /** Which limits it can set. */
  readonly limits: { readonly cpus: boolean; readonly memory: boolean };
  /** Cores that a container can have. */
  readonly cores: number;
}

/** The engine, or why there is none, in words that follow "because". */
export type EngineSearch = { readonly engine: ContainerEngine } | { readonly missing: string };

export interface EngineSearchOptions {
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Name or path of the only command to try. @default docker, then podman */
  readonly program?: string;
}

interface DockerInfo {
  readonly ServerVersion?: string;
  readonly ServerErrors?: readonly string[];
  readonly SecurityOptions?: readonly string[];
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly NCPU?: number;
}

interface PodmanInfo {
  readonly host: { readonly security?: { readonly rootless?: boolean }; readonly cgroupVersion?: string; readonly cgroupControllers?: readonly string[] | null; readonly cpus?: number };
  readonly version?: { readonly Version?: string };
}

/** Asks the commands that run containers whether they can. Never throws. */
export async function findContainerEngine({ hostEnvironment, program }: EngineSearchOptions): Promise<EngineSearch> {
  const reasons: string[] = [];
  for (const name of program === undefined ? ['docker', 'podman'] : [program]) {
    try {
      const { stdout } = await promisify(execFile)(name, ['info', '--format', '{{json .}}'], { env: hostEnvironment, timeout: 10_000, maxBuffer: 16 * 1024 * 1024 });
      const found = readInfo(name, JSON.parse(stdout) as DockerInfo | PodmanInfo);
      if (typeof found !== 'string') return { engine: found };
      reasons.push(`${name} does not answer (${found})`);
    } catch (error) {
      const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
      reasons.push(code === 'ENOENT' ? `${name} is not installed` : `${name} does not answer (${firstLine(stderr) || firstLine(message)})`);
    }
  }
  return { missing: reasons.join(' and ') };
}

function readInfo(program: string, info: DockerInfo | PodmanInfo): ContainerEngine | string {
  // A command called docker may be podman's.
  if ('host' in info) {
    const { security, cgroupVersion, cgroupControllers, cpus } = info.host;
    const rootless = security?.rootless === true;
    const can = (controller: string): boolean => (cgroupControllers?.includes(controller) ?? false) && !(rootless && cgroupVersion === 'v1');
    const limits = { cpus: can('cpu'), memory: can('memory') };
    return { kind: 'podman', program, version: info.version?.Version ?? '', rootless, limits, cores: cpus ?? availableParallelism() };
  }
  if (info.ServerErrors?.length) return firstLine(info.ServerErrors[0]);
  if (!info.ServerVersion) return 'no server';
  const rootless = info.SecurityOptions?.some((option) => option.includes('name=rootless')) ?? false;
  const limits = { cpus: info.CpuCfsQuota ?? false, memory: info.MemoryLimit ?? false };
  return { kind: 'docker', program, version: info.ServerVersion, rootless, limits, cores: info.NCPU ?? availableParallelism() };
}

function firstLine(text: string | undefined): string {
  return text?.split('\n').find((line) => line.trim() !== '')?.trim().replace(/\.$/, '') ?? '';
}

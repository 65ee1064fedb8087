import { join } from 'node:path';
import type { Runnable } from '../executor.js';
import { ProgramFinder } from './find-program.js';
import type { ProcessExecutorParts } from './process-executor-parts.js';
import { recogniseCommand } from './recognise-command.js';

/** Why something cannot run as a process of this machine, with the remedy. */
export class ProcessRefusals {
  private readonly programs = new ProgramFinder();

  constructor(private readonly parts: Pick<ProcessExecutorParts, 'environments' | 'bareEnvironment' | 'sdk' | 'path'>) {}

  /** Undefined when it can. */
  of(spec: Runnable): string | undefined {
    if (spec.companions?.length) {
      const names = spec.companions.map(({ name }) => `"${name}"`).join(', ');
      return `The task has init containers or sidecars (${names}), which only containers can be; use an executor that runs containers (docker or podman), or leave them out.`;
    }
    const recognised = recogniseCommand(spec.command, spec.args);
    if (recognised.codeIsInImage) {
      return `The code of this component is inside the image "${spec.image}", which is not used when tasks run as processes of this machine; use a lightweight component, or an executor that runs containers.`;
    }
    if (recognised.launch) return undefined;
    const program = spec.command.length > 0 ? recognised.argv[0] : undefined;
    if (program === undefined) {
      return `The component does not say which command to run: it relies on the entrypoint of the image "${spec.image}", which is not used when tasks run as processes of this machine; name the command.`;
    }
    // Known only once the values are.
    if (program.includes('{{')) return undefined;
    if (program.includes('/') && spec.mounts?.some((mount) => !program.startsWith('/') || program.startsWith(`${mount.target}/`))) return undefined;
    const environment = this.parts.environments.find({ pip: [this.parts.sdk] }) ?? this.parts.bareEnvironment;
    if (/^python3?$/.test(program) || this.programs.has(program, [join(environment.folder, 'bin'), ...this.parts.path.split(':')])) return undefined;
    return `The program "${program}" does not exist on this machine, and the image "${spec.image}" is not used when tasks run as processes; install the program, or use an executor that runs containers.`;
  }
}

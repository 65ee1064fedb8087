import { deviceProblems, deviceWarnings, type Accelerators } from '@millrace/embedded-argo';
import type { ContainerNeeds } from '@millrace/run-controller';

export interface MachineLimits {
  /** Why the program cannot run here. */
  readonly refuseProgram: (container: Pick<ContainerNeeds, 'image' | 'command' | 'args'>) => string | undefined;
  /** What the pod refers to and is not there, as sentences without a full stop. */
  readonly problemsOfPod: (pod: Pick<ContainerNeeds, 'env' | 'volumes'>) => readonly string[];
  readonly gpus: number;
  readonly accelerators: Accelerators;
}

/** Why this machine cannot run a container: its program, what its pod refers to, the devices it asks for. All of it at once. */
export function refuseContainer(needs: ContainerNeeds, { refuseProgram, problemsOfPod, gpus, accelerators }: MachineLimits): string[] {
  const program = refuseProgram(needs);
  return [
    ...(program === undefined ? [] : [program]),
    ...problemsOfPod(needs).map((problem) => `${problem.slice(0, 1).toUpperCase()}${problem.slice(1)}.`),
    ...(accelerators === 'required' ? deviceProblems(needs.resources.limits, gpus) : []),
  ];
}

/** What a container asks for and goes without on this machine. */
export function warnOfContainer({ resources }: ContainerNeeds, { gpus, accelerators }: Pick<MachineLimits, 'gpus' | 'accelerators'>): string[] {
  return accelerators === 'optional' ? deviceWarnings(resources.limits, gpus) : [];
}

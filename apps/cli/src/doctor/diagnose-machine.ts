import type { Diagnosis } from '@millrace/api-contract';
import type { MachineContext } from './machine-context.js';

/** What a running server finds wrong with its machine. The checks are loaded when somebody asks for the first time. */
export function diagnoseMachine(context: MachineContext): () => Promise<Diagnosis> {
  let diagnose: Promise<() => Promise<Diagnosis>> | undefined;
  const load = async () => {
    const [{ createDiagnosis }, { runningChecks }] = await Promise.all([import('@millrace/doctor'), import('./machine-checks.js')]);
    return createDiagnosis(runningChecks, () => context);
  };
  return async () => (await (diagnose ??= load()))();
}

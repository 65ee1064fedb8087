import type { Runnable } from '../executor.js';
import { recogniseCommand } from '../process-executor/recognise-command.js';

/**
 * What components become. `auto`: containers where there is an engine, and Python functions processes where their image is only a
 * Python; `process`: always processes; `container`: always containers.
 */
export type ExecutorMode = 'auto' | 'process' | 'container';

export type Choice = 'process' | 'container' | 'neither';

/** The images that the SDK writes where the author names none. */
const PLAIN_PYTHON = /^((docker\.io|index\.docker\.io)\/)?(library\/)?python(:[\w.-]+)?$/;

/** Which executor a task is for. `neither`: it needs a container, and there is no engine. */
export function chooseExecutor(spec: Runnable, { mode, hasEngine }: { readonly mode: ExecutorMode; readonly hasEngine: boolean }): Choice {
  if (mode === 'process') return 'process';
  const contained = hasEngine ? 'container' : 'neither';
  if (mode === 'container' || spec.companions?.length || !isPythonFunction(spec)) return contained;
  return hasEngine && !PLAIN_PYTHON.test(spec.image) ? 'container' : 'process';
}

/** A function whose source is in the command: any Python will do that has its packages. */
export function isPythonFunction(spec: Pick<Runnable, 'command' | 'args'>): boolean {
  return recogniseCommand(spec.command, spec.args).codeIsInCommand;
}

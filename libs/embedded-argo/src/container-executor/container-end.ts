import type { ContainerSpec } from '../executor.js';
import type { ContainerState } from './engine-client.js';

/** What a first process says that could not start the program. */
const NO_PROGRAM = /^(ERROR \(catatonit:\d+\): failed to exec pid1|\[FATAL tini \(\d+\)\] exec .* failed): No such file/;

/** Exit code and message of a container that ended by itself; `lastError` is the last line of its standard error. */
export function containerEnd({ exitCode, outOfMemory }: ContainerState, { image, command, limits }: ContainerSpec, lastError: string): { readonly exitCode: number; readonly message?: string } {
  if (exitCode === 0) return { exitCode };
  if (NO_PROGRAM.test(lastError)) return { exitCode: 127, message: `The program "${command[0] ?? ''}" does not exist in the image "${image}".` };
  const limit = limits?.memoryBytes === undefined ? '' : `its limit of ${Math.round(limits.memoryBytes / 1024 / 1024)} MiB`;
  if (outOfMemory) return { exitCode, message: `Ended because it used more memory than ${limit || 'there is'} (exit code ${exitCode}); give the task more.` };
  // Not every engine notices that it was for want of memory.
  if (exitCode === 137) return { exitCode, message: `Ended by SIGKILL (exit code 137); it may have used more memory than ${limit || 'there is'}.` };
  return { exitCode, message: lastError === '' ? `Exit code ${exitCode}; its log may tell why.` : `Exit code ${exitCode}: ${lastError}` };
}

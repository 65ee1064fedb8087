import type { ExecutionPlan } from './decision.js';

/** The longest argument or variable that Linux gives a program, in bytes; nothing on the way can lift it. */
const MAX_BYTES = 131_071;

/**
 * Why a task cannot be started with its arguments, with the remedy; undefined when it can. Without this the task would end with a bare
 * "argument list too long" from whatever starts it.
 */
export function argumentProblem({ path, command, args, env }: Pick<ExecutionPlan, 'path' | 'command' | 'args' | 'env'>): string | undefined {
  for (const text of [...command, ...args, ...env.map(({ name, value = '' }) => `${name}=${value}`)]) {
    // A UTF-16 unit takes at most three bytes: most texts are short enough without being measured.
    if (text.length * 3 <= MAX_BYTES) continue;
    const bytes = utf8Length(text.replaceAll('$$', '$'));
    if (bytes <= MAX_BYTES) continue;
    return `Task "${path}" is given an argument of ${Math.ceil(bytes / 1024)} KiB, and a program can take at most 128 KiB; pass large values as artifacts.`;
  }
  return undefined;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

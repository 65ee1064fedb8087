import type { Mount } from '../executor.js';

/** A path of the task that cannot be given to it here; `message` names it and the remedy. */
export class UnreachablePath extends Error {}

/**
 * For machines where a task cannot have folders of its own: every argument that is a mounted path, or lies below one,
 * is replaced by the folder behind it; so are such values inside a JSON argument. Throws UnreachablePath when a path
 * stands inside a longer text, where only the program knows what it means.
 */
export function relocatePaths(argv: readonly string[], mounts: readonly Mount[], why: string): string[] {
  const moved = mounts.filter((mount) => mount.target !== mount.source).sort((a, b) => b.target.length - a.target.length);
  if (moved.length === 0) return [...argv];
  if (moved.some(({ target }) => target === '/')) {
    throw new UnreachablePath(`The task leaves an output directly in "/", and this machine cannot give it a root of its own (${why}); let it write into a folder, or run it on Linux.`);
  }
  return argv.map((argument) => {
    const whole = relocateWhole(argument, moved);
    if (whole !== argument) return whole;
    const json = parseObject(argument);
    if (json !== undefined) return JSON.stringify(relocateJson(json, moved));
    const hidden = moved.find((mount) => containsPath(argument, mount.target));
    if (hidden) {
      throw new UnreachablePath(
        `The path "${hidden.target}" stands inside a longer argument, and this machine cannot give a task its own folders (${why}); pass the path as an argument of its own, or run it on Linux.`,
      );
    }
    return argument;
  });
}

/** Throws UnreachablePath when the source of a component names a path that only a task with folders of its own would have. */
export function refuseFixedPaths(source: string, mounts: readonly Mount[], why: string): void {
  const fixed = mounts.find((mount) => mount.target !== mount.source && containsPath(source, mount.target));
  if (fixed === undefined) return;
  throw new UnreachablePath(`The code of the component names "${fixed.target}", and this machine cannot give a task its own folders (${why}); take the path as a parameter, or run it on Linux.`);
}

function relocateWhole(text: string, mounts: readonly Mount[]): string {
  const found = mounts.find((mount) => text === mount.target || text.startsWith(`${mount.target}/`));
  return found && !/\s/.test(text.slice(found.target.length)) ? found.source + text.slice(found.target.length) : text;
}

function relocateJson(value: unknown, mounts: readonly Mount[]): unknown {
  if (typeof value === 'string') return relocateWhole(value, mounts);
  if (Array.isArray(value)) return value.map((item) => relocateJson(item, mounts));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, relocateJson(item, mounts)]));
}

function parseObject(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

function containsPath(text: string, path: string): boolean {
  const at = text.indexOf(path);
  return at >= 0 && !/[\w.-]/.test(text[at + path.length] ?? '');
}

import type { ScopePath } from './run-view.js';

/** Path of the outermost scope; the parameters of a run are its inputs. */
export const ROOT_PATH: ScopePath = 'root';

export function taskPath(scope: ScopePath, taskKey: string): ScopePath {
  return `${scope}/${taskKey}`;
}

/** Path of one iteration of a loop. */
export function iterationPath(loop: ScopePath, index: number): ScopePath {
  return `${loop}#${index}`;
}

/** The scope that a task or iteration is in; undefined for the root. An iteration (`root/loop#3`) is in its loop (`root/loop`). */
export function parentOf(path: ScopePath): ScopePath | undefined {
  const iteration = iterationOf(path);
  if (iteration !== undefined) return path.slice(0, path.lastIndexOf('#'));
  const slash = path.lastIndexOf('/');
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Key of the task that a path ends in, without the iteration. */
export function taskKeyOf(path: ScopePath): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const hash = last.lastIndexOf('#');
  return hash < 0 ? last : last.slice(0, hash);
}

/** Index of the iteration that a path names; undefined when it names a task. */
export function iterationOf(path: ScopePath): number | undefined {
  const hash = path.lastIndexOf('#');
  return hash > path.lastIndexOf('/') ? Number(path.slice(hash + 1)) : undefined;
}

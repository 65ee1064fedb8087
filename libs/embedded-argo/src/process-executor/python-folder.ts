import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Where the Python programs of the process executor lie. They are files that an interpreter opens by path, so a bundle
 * must carry the folder beside its code (as `python/`) or name it with the option `pythonFolder`.
 */
export function defaultPythonFolder(): string {
  // Beside the source; beside a bundle; and from dist/, where the compiler leaves files of other kinds out.
  const candidates = ['./python/', '../../src/process-executor/python/'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return candidates.find((path) => existsSync(`${path}supervisor.py`)) ?? candidates[0]!;
}

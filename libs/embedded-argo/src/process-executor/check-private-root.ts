import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { defaultPythonFolder } from './python-folder.js';

const PROGRAM = 'import json, sys; sys.path.insert(0, sys.argv[1]); from millrace_supervisor import private_root; print(json.dumps(private_root.works()))';

/** Why processes of tasks get no folders and mounts of their own on this machine, tried with this Python; undefined where they do. */
export async function checkPrivateRoot(options: { readonly python: string; readonly hostEnvironment: Readonly<Record<string, string | undefined>>; readonly pythonFolder?: string }): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)(options.python, ['-c', PROGRAM, options.pythonFolder ?? defaultPythonFolder()], { env: { ...options.hostEnvironment, PYTHONDONTWRITEBYTECODE: '1' }, timeout: 20_000 });
  return (JSON.parse(stdout) as string | null) ?? undefined;
}

import { fileURLToPath } from 'node:url';
import { checkPython, type PythonCheck } from '../check-python.js';
import { buildEnvironment } from '../create-process-executor.js';

/** Kept between runs, since making it needs a package registry. */
export const ENVIRONMENT_FOLDER = process.env['MILLRACE_TEST_ENVIRONMENTS'] ?? fileURLToPath(new URL('../../../../../node_modules/.cache/millrace-environments', import.meta.url));

export type TestPython = { readonly python: PythonCheck & { ok: true } } | { readonly skip: string };

/** The default environment, made when it is missing; otherwise why tests that need it cannot run. Says so loudly. */
export async function preparePython(): Promise<TestPython> {
  const python = await checkPython({ hostEnvironment: process.env });
  if (!python.ok) return loudly(python.message);
  try {
    await buildEnvironment({ environmentFolders: [ENVIRONMENT_FOLDER], hostEnvironment: process.env, python });
  } catch (error) {
    return loudly((error as Error).message);
  }
  return { python };
}

function loudly(reason: string): { skip: string } {
  console.warn(`SKIPPED, tests that run Python tasks: ${reason}`);
  return { skip: reason };
}

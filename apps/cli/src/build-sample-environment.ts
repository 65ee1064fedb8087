import { buildEnvironment } from '@millrace/embedded-argo';
import { programFiles } from './program-files.js';

/** Makes the environment that components of the current SDK need, so that the first run after the build does not wait for pip. */
export async function buildSampleEnvironment(python: string | undefined): Promise<void> {
  await buildEnvironment({
    python: python ?? process.env['MILLRACE_PYTHON'],
    environmentFolders: [programFiles.environments],
    hostEnvironment: process.env,
    pythonFolder: programFiles.python,
  });
}

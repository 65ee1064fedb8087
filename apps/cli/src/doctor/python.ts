import { failure, fine, warning, type Check, type Outcome } from '@millrace/doctor';
import { checkPrivateRoot, checkPython } from '@millrace/embedded-argo';
import type { MachineContext } from './machine-context.js';

/** The Python that tasks run with, and whether they get folders of their own. */
export const python: Check<MachineContext> = {
  name: 'python',
  async examine({ settings, environment, pythonFolder }) {
    const found = await checkPython({ python: settings.python, hostEnvironment: environment, pythonFolder });
    if (!found.ok) return [failure({ what: found.message, why: 'Millrace does not start without it.', remedy: 'Install it, or name another with --python or MILLRACE_PYTHON.' })];
    return [fine(`Python ${found.version} at ${found.path}; environments are made by ${found.makes}.`), ...(await separation(found.path, environment, pythonFolder))];
  },
};

async function separation(path: string, environment: MachineContext['environment'], pythonFolder: string | undefined): Promise<Outcome[]> {
  const problem = await checkPrivateRoot({ python: path, hostEnvironment: environment, pythonFolder });
  if (problem === undefined) return [fine('Tasks get a /tmp and mounts of their own.')];
  return [
    warning({
      what: `Tasks that run as processes get no /tmp and no mounts of their own: ${problem}.`,
      why: 'They share /tmp, and a volume is only found by its path in environment variables and arguments.',
      remedy: 'Linux: allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0), or use --executor container.',
    }),
  ];
}

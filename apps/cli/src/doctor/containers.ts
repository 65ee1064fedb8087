import { failure, fine, warning, type Check } from '@millrace/doctor';
import { findContainerEngine } from '@millrace/embedded-argo';
import type { MachineContext } from './machine-context.js';

/** What runs containers here. */
export const containers: Check<MachineContext> = {
  name: 'containers',
  async examine({ settings, environment }) {
    if (settings.executor === 'process') return [fine('Everything runs as processes (--executor process).')];
    const search = await findContainerEngine({ hostEnvironment: environment, program: settings.containerEngine });
    if ('missing' in search) {
      const complaint = { what: `No container can be run, because ${search.missing}.`, remedy: 'Install and start docker or podman, or run everything as processes with --executor process.' };
      return settings.executor === 'container' ? [failure({ ...complaint, why: 'Millrace was told to run everything in containers and does not start.' })] : [warning({ ...complaint, why: 'Pipelines with images of their own are refused; plain Python components run as processes.' })];
    }
    const { kind, version, rootless, limits, cores } = search.engine;
    const found = fine(`${kind} ${version}${rootless ? ', rootless' : ''}, ${cores} cores.`);
    const unlimited = [...(limits.cpus ? [] : ['processor time']), ...(limits.memory ? [] : ['memory'])];
    if (unlimited.length === 0) return [found];
    return [found, warning({ what: `${kind} cannot limit ${unlimited.join(' and ')}.`, why: 'Limits that pipelines set are not kept: a task may take the whole machine.', remedy: 'Use cgroups of version 2 and delegate the controllers to this user.' })];
  },
};

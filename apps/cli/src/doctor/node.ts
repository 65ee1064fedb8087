import { failure, fine, warning, type Check } from '@millrace/doctor';
import type { MachineContext } from './machine-context.js';

const OLDEST = 22;
const FILES = 4_096;

/** The Node that this runs in, and what the system lets it open. */
export const node: Check<MachineContext> = {
  name: 'node',
  async examine() {
    const major = Number(process.versions.node.split('.')[0]);
    if (major < OLDEST) return [failure({ what: `Node ${process.versions.node} is too old.`, why: 'Millrace uses what newer ones have.', remedy: 'Install Node 24, or start Millrace by npm start, which brings it along.' })];
    const found = fine(`Node ${process.versions.node} on ${process.platform} ${process.arch}.`);
    const open = openFilesLimit();
    if (open === undefined || open >= FILES) return [found];
    return [found, warning({ what: `A process may have ${open} files open.`, why: 'Each task has several, each open page one; beyond it tasks wait.', remedy: `ulimit -n ${FILES * 16} before the start.` })];
  },
};

function openFilesLimit(): number | undefined {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : undefined;
}

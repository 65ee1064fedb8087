import type { Check } from '@millrace/doctor';
import { clock } from './clock.js';
import { containers } from './containers.js';
import { dataFolder } from './data-folder.js';
import { databases } from './databases.js';
import type { MachineContext } from './machine-context.js';
import { node } from './node.js';
import { python } from './python.js';
import { server } from './server.js';
import { space } from './space.js';

/** Everything that is looked at on one machine, in the order in which it is told. */
export const machineChecks: readonly Check<MachineContext>[] = [node, python, containers, dataFolder, space, databases, clock, server];

/** Those that cost a running server nothing worth speaking of. */
export const runningChecks: readonly Check<MachineContext>[] = [node, python, containers, dataFolder, space, clock];

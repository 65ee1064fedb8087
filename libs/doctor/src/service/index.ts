import { definitions } from '../definitions.js';
import type { Check } from '../finding.js';
import { argoPace } from './argo-pace.js';
import { database } from './database.js';
import { following } from './following.js';
import { objectStore } from './object-store.js';
import { ownRights } from './own-rights.js';
import type { ServiceContext } from './service-context.js';

/** Everything that a service looks at from where it runs, in the order in which it is told. */
export const serviceChecks: readonly Check<ServiceContext>[] = [ownRights, definitions, database, objectStore, following, argoPace];

import { z } from 'zod';
import { query, text, timestamp } from '../wire.js';
import { listFields, pageFields } from '../v2beta1/list.js';
import { enumeration, message } from './registry.js';
import { referenceFields, resourceReference } from './resource-reference.js';

export const experimentStorageState = enumeration('ExperimentStorageState', { STORAGESTATE_UNSPECIFIED: 0, STORAGESTATE_AVAILABLE: 1, STORAGESTATE_ARCHIVED: 2 });

export const experiment = message('Experiment', {
  id: text,
  name: text,
  description: text,
  created_at: timestamp,
  resource_references: z.array(resourceReference),
  storage_state: experimentStorageState,
});

export const listExperimentsQuery = query({ ...listFields, ...referenceFields });
export const listExperimentsResponse = message('ListExperimentsResponse', { experiments: z.array(experiment), ...pageFields });

export type WireExperiment = z.infer<typeof experiment>;
export type ListExperimentsResponse = z.infer<typeof listExperimentsResponse>;

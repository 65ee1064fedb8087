import { z } from 'zod';
import { query, text, timestamp } from '../wire.js';
import { listFields, pageFields } from './list.js';
import { enumeration, message } from './registry.js';

export const experimentStorageState = enumeration('Experiment.StorageState', { STORAGE_STATE_UNSPECIFIED: 0, AVAILABLE: 1, ARCHIVED: 2 });

export const experiment = message('Experiment', {
  experiment_id: text,
  display_name: text,
  description: text,
  created_at: timestamp,
  namespace: text,
  storage_state: experimentStorageState,
  last_run_created_at: timestamp,
});

export const listExperimentsQuery = query({ ...listFields, namespace: text });
export const listExperimentsResponse = message('ListExperimentsResponse', { experiments: z.array(experiment), ...pageFields });

export type WireExperiment = z.infer<typeof experiment>;
export type ListExperimentsResponse = z.infer<typeof listExperimentsResponse>;

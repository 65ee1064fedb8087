import type { v2beta1 } from '@millrace/api-contract';
import type { Experiment, Page } from '@millrace/database';
import { message, time } from './proto-json.js';

export function toWire(experiment: Experiment): v2beta1.WireExperiment {
  return message({
    experiment_id: experiment.id,
    display_name: experiment.name,
    description: experiment.description,
    created_at: time(experiment.createdAt),
    storage_state: experiment.storageState,
    last_run_created_at: time(experiment.lastRunCreatedAt),
  });
}

export function toWirePage(page: Page<Experiment>): v2beta1.ListExperimentsResponse {
  return message({ experiments: page.items.map(toWire), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

export function fromWire(wire: v2beta1.WireExperiment) {
  return { name: wire.display_name ?? '', description: wire.description ?? '' };
}

import type { v1beta1 } from '@millrace/api-contract';
import type { Experiment, Page } from '@millrace/database';
import { message, time } from '../v2beta1/proto-json.js';

export function toWire(experiment: Experiment): v1beta1.WireExperiment {
  return message({
    id: experiment.id,
    name: experiment.name,
    description: experiment.description,
    created_at: time(experiment.createdAt),
    storage_state: `STORAGESTATE_${experiment.storageState}` as const,
  });
}

export function toWirePage(page: Page<Experiment>): v1beta1.ListExperimentsResponse {
  return message({ experiments: page.items.map(toWire), total_size: page.totalSize, next_page_token: page.nextPageToken });
}

export function fromWire(wire: v1beta1.WireExperiment) {
  return { name: wire.name ?? '', description: wire.description ?? '' };
}

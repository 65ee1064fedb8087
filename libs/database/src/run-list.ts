import { idField, optionalTextField, optionalTimeField, textField, timeField, type ListDefinition } from './list-fields.js';
import { RUN_COLUMNS } from './run-rows.js';

const INSTEAD_OF_HISTORY = 'filter by "state", "created_at" or "finished_at".';

export const RUN_LIST: ListDefinition = {
  name: 'Run',
  table: 'runs',
  columns: RUN_COLUMNS,
  fields: {
    id: idField,
    run_id: idField,
    name: textField('displayName'),
    display_name: textField('displayName'),
    created_at: timeField('createdAt'),
    scheduled_at: timeField('scheduledAt'),
    finished_at: optionalTimeField('finishedAt'),
    description: textField('description'),
    storage_state: textField('storageState'),
    state: textField('state'),
    status: textField('state'),
    namespace: textField('namespace'),
    experiment_id: textField('experimentId'),
    pipeline_id: optionalTextField('pipelineId'),
    pipeline_version_id: optionalTextField('pipelineVersionId'),
    recurring_run_id: optionalTextField('recurringRunId'),
  },
  refused: { state_history: INSTEAD_OF_HISTORY, runtime_details: INSTEAD_OF_HISTORY },
  metrics: true,
};

import { idField, optionalTextField, optionalTimeField, textField, timeField, type ListDefinition } from './list-fields.js';
import { literal } from './sql-text.js';

export const RECURRING_RUN_LIST: ListDefinition = {
  name: 'RecurringRun',
  table: 'recurring_runs',
  columns: [
    'id', 'namespace', 'experimentId', 'displayName', 'status', 'triggerKind', 'noCatchup', 'maxConcurrency', 'submitted', 'createdAt', 'updatedAt', 'pipelineId',
    'pipelineVersionId', 'pipelineName', 'serviceAccount', 'scheduleName', 'pipelineRoot', 'runTrigger', 'lastRunAt', 'nextRunAt', 'lastIndex', 'error', 'description', 'parameters',
  ],
  fields: {
    id: idField,
    recurring_run_id: idField,
    name: textField('displayName'),
    display_name: textField('displayName'),
    created_at: timeField('createdAt'),
    updated_at: timeField('updatedAt'),
    description: textField('description'),
    namespace: textField('namespace'),
    experiment_id: textField('experimentId'),
    pipeline_id: optionalTextField('pipelineId'),
    pipeline_version_id: optionalTextField('pipelineVersionId'),
    status: textField('status'),
    mode: { expression: literal("(CASE status WHEN 'ENABLED' THEN 'ENABLE' ELSE 'DISABLE' END)"), type: 'text', nullable: false },
    no_catchup: { expression: literal("(CASE noCatchup WHEN 1 THEN 'true' ELSE 'false' END)"), type: 'text', nullable: false },
    max_concurrency: { expression: literal('maxConcurrency'), type: 'number', nullable: false },
    trigger: textField('triggerKind'),
    last_run_at: optionalTimeField('lastRunAt'),
    next_run_at: optionalTimeField('nextRunAt'),
  },
};

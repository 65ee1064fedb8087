import { constantField, idField, textField, timeField, type ListDefinition } from './list-fields.js';

export const PIPELINE_LIST: ListDefinition = {
  name: 'Pipeline',
  table: 'pipelines',
  columns: ['id', 'namespace', 'name', 'displayName', 'description', 'createdAt'],
  fields: {
    id: idField,
    pipeline_id: idField,
    name: textField('name'),
    display_name: textField('displayName'),
    created_at: timeField('createdAt'),
    description: textField('description'),
    namespace: textField('namespace'),
  },
  tags: { table: 'pipeline_tags', owner: 'pipelineId' },
};

export const VERSION_LIST: ListDefinition = {
  name: 'PipelineVersion',
  table: 'pipeline_versions',
  columns: ['id', 'pipelineId', 'name', 'displayName', 'description', 'codeSourceUrl', 'packageUrl', 'createdAt'],
  fields: {
    id: idField,
    pipeline_version_id: idField,
    name: textField('name'),
    display_name: textField('displayName'),
    created_at: timeField('createdAt'),
    description: textField('description'),
    // A version is stored when it is ready, never before.
    status: constantField('READY'),
  },
  refused: { pipeline_spec: 'lists do not read specs. Filter by name, description or tags.' },
  tags: { table: 'pipeline_version_tags', owner: 'versionId' },
};

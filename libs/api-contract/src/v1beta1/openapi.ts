import { buildOpenApiDocument, type OpenApiDocument } from '../openapi/openapi-document.js';
import './filter.js';
import { operations } from './operations.js';
import { schemas } from './registry.js';
import './status.js';

/** The served description of v1beta1. */
export function openApiDocument(version: string): OpenApiDocument {
  return buildOpenApiDocument({ title: 'Kubeflow Pipelines API v1beta1, served by Millrace', version, operations, schemas, errors: { status: 'Status', message: 'MessageError' } });
}

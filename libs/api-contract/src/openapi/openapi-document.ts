import { z } from 'zod';
import { int64 } from '../wire.js';
import type { Operation } from './operation.js';

type JsonSchema = Record<string, unknown>;

export interface ApiDescription {
  readonly title: string;
  readonly version: string;
  readonly operations: readonly Operation[];
  /** By name; what is not among them is written out where it is used. */
  readonly schemas: ReadonlyMap<string, z.ZodType>;
  /** Schemas of the two kinds of error bodies, as registered. */
  readonly errors: { readonly status: string; readonly message: string };
}

/** Patterns that only restate a format, and limits that only restate a type, say nothing to a reader. */
function tidy({ jsonSchema }: { jsonSchema: JsonSchema }): void {
  delete jsonSchema['propertyNames'];
  if (jsonSchema['format']) delete jsonSchema['pattern'];
  if (jsonSchema['maximum'] === 2 ** 31 - 1) {
    jsonSchema['format'] = 'int32';
    delete jsonSchema['minimum'];
    delete jsonSchema['maximum'];
  }
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
}

const parameters = (operation: Operation, schemaOf: (schema: z.ZodType) => JsonSchema) => {
  const inPath = [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const query = operation.query ? (schemaOf(operation.query)['properties'] as Record<string, JsonSchema>) : {};
  return [...inPath, ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))];
};

/** An OpenAPI 3.1 document made from the schemas that requests are validated with. */
export function buildOpenApiDocument(api: ApiDescription) {
  const registry = z.registry<{ id?: string; format?: string }>();
  for (const [id, schema] of api.schemas) registry.add(schema, { id });
  registry.add(int64, { format: 'int64' });
  const options = { io: 'output', metadata: registry, override: tidy as never, unrepresentable: 'any' } as const;
  const ref = (id: string) => ({ $ref: `#/components/schemas/${id}` });
  const schemaOf = (schema: z.ZodType): JsonSchema => {
    const id = registry.get(schema)?.id;
    if (id) return ref(id);
    const made = z.toJSONSchema(schema, options) as JsonSchema;
    const { $schema: _, $defs, ...rest } = made;
    if (!$defs) return rest;
    return JSON.parse(JSON.stringify(rest).replaceAll('#/$defs/', '#/components/schemas/')) as JsonSchema;
  };
  const json = (schema: JsonSchema) => ({ 'application/json': { schema } });
  const responseOf = (operation: Operation) => {
    if (operation.response === 'empty') return { description: 'Done.', content: json({ type: 'object', properties: {} }) };
    if (typeof operation.response === 'string') return { description: 'The content.', content: { [operation.response]: {} } };
    return { description: 'The answer.', content: json(schemaOf(operation.response)) };
  };
  const bodyOf = (operation: Operation) => {
    if (operation.upload) {
      const properties = { [operation.upload]: { type: 'string', format: 'binary' } };
      return { required: true, content: { 'multipart/form-data': { schema: { type: 'object', required: [operation.upload], properties } } } };
    }
    return operation.body ? { required: true, content: json(schemaOf(operation.body)) } : undefined;
  };

  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of api.operations) {
    const errors = operation.errors === 'message' ? api.errors.message : api.errors.status;
    const requestBody = bodyOf(operation);
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = {
      operationId: operation.id,
      summary: operation.summary,
      parameters: parameters(operation, schemaOf),
      ...(requestBody && { requestBody }),
      responses: { 200: responseOf(operation), default: { description: 'An error.', content: json(ref(errors)) } },
    };
  }
  return { openapi: '3.1.0', info: { title: api.title, version: api.version }, paths, components: { schemas: componentsOf(registry, options) } };
}

function componentsOf(registry: z.core.$ZodRegistry<{ id?: string }>, options: object): Record<string, JsonSchema> {
  const { schemas: made } = z.toJSONSchema(registry, { ...options, uri: (id) => `#/components/schemas/${id}` });
  const schemas: Record<string, JsonSchema> = {};
  for (const [id, schema] of Object.entries(made as Record<string, JsonSchema>)) {
    const { $schema: _, $id: __, $defs, ...rest } = schema;
    // What refers to itself and has no name of its own (any JSON value) is gathered by zod under one key.
    for (const [name, definition] of Object.entries(($defs as Record<string, JsonSchema> | undefined) ?? {})) schemas[`Shared.${name}`] = definition;
    if (!$defs) schemas[id] = rest;
  }
  return JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/__shared#/$defs/', '#/components/schemas/Shared.')) as Record<string, JsonSchema>;
}

export type OpenApiDocument = ReturnType<typeof buildOpenApiDocument>;

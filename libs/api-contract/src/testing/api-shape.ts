type Json = Record<string, unknown>;

/** An API reduced to what clients depend on: lines such as `Run.state: RuntimeState`, `GET /x ?page_size: int32`, each saying one fact. */
export type ApiShape = ReadonlySet<string>;

const shortName = (ref: string) =>
  ref
    .split('/')
    .at(-1)!
    .replace(/^(v2beta1|api(?=[A-Z]))/, '')
    .replace(/^googleRpc/, '')
    .replaceAll('.', '');

function typeOf(schema: Json | undefined): string {
  if (!schema) return 'nothing';
  if (typeof schema['$ref'] === 'string') return shortName(schema['$ref']);
  const { type, format, items, additionalProperties, properties } = schema;
  if (type === 'array') return `list of ${typeOf(items as Json)}`;
  if (type === 'object' && Object.keys((properties as Json | undefined) ?? {}).length > 0) return 'an inline object';
  if (type === 'object') return typeof additionalProperties === 'object' && !isFree(additionalProperties as Json) ? `map of ${typeOf(additionalProperties as Json)}` : 'object';
  if (type === undefined) return 'any';
  return typeof format === 'string' && format !== 'binary' ? format : String(type);
}

const isFree = (schema: Json) => Object.keys(schema).length === 0;

function addSchemas(lines: Set<string>, schemas: Record<string, Json>): void {
  for (const [id, schema] of Object.entries(schemas)) {
    const name = shortName(id);
    if (Array.isArray(schema['enum'])) for (const value of schema['enum']) lines.add(`${name} = ${String(value)}`);
    for (const [field, of] of Object.entries((schema['properties'] as Record<string, Json> | undefined) ?? {})) lines.add(`${name}.${field}: ${typeOf(of)}`);
  }
}

const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);
const canonicalPath = (path: string) => path.replaceAll(/\{(?:\w+\.)?(\w+)\}/g, '{$1}');

/** Of a Swagger 2.0 document, as KFP publishes it. */
export function shapeOfSwagger(document: Json): ApiShape {
  const lines = new Set<string>();
  addSchemas(lines, document['definitions'] as Record<string, Json>);
  for (const [path, methods] of Object.entries(document['paths'] as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(methods).filter(([name]) => METHODS.has(name))) {
      const route = `${method.toUpperCase()} ${canonicalPath(path)}`;
      lines.add(`${route} is ${String(operation['operationId'])}`);
      for (const parameter of (operation['parameters'] as Json[] | undefined) ?? []) {
        if (parameter['in'] === 'query') lines.add(`${route} ?${String(parameter['name'])}: ${typeOf(parameter)}`);
        if (parameter['in'] === 'formData') lines.add(`${route} takes the file ${String(parameter['name'])}`);
        if (parameter['in'] === 'body') lines.add(`${route} takes ${typeOf(parameter['schema'] as Json)}`);
      }
      const answer = (operation['responses'] as Record<string, Json>)['200']?.['schema'] as Json | undefined;
      lines.add(`${route} answers ${typeOf(answer)}`);
    }
  }
  return lines;
}

/** Of the document that is served. */
export function shapeOfOpenApi(document: Json): ApiShape {
  const lines = new Set<string>();
  addSchemas(lines, (document['components'] as { schemas: Record<string, Json> }).schemas);
  for (const [path, methods] of Object.entries(document['paths'] as Record<string, Record<string, Json>>)) {
    for (const [method, operation] of Object.entries(methods)) {
      const route = `${method.toUpperCase()} ${canonicalPath(path)}`;
      lines.add(`${route} is ${String(operation['operationId'])}`);
      for (const parameter of operation['parameters'] as Json[]) {
        if (parameter['in'] === 'query') lines.add(`${route} ?${String(parameter['name'])}: ${typeOf(parameter['schema'] as Json)}`);
      }
      const body = (operation['requestBody'] as { content: Record<string, { schema: Json }> } | undefined)?.content;
      const form = body?.['multipart/form-data']?.schema['properties'] as Json | undefined;
      for (const file of Object.keys(form ?? {})) lines.add(`${route} takes the file ${file}`);
      if (body?.['application/json']) lines.add(`${route} takes ${typeOf(body['application/json'].schema)}`);
      const content = (operation['responses'] as { 200: { content: Record<string, { schema: Json }> } })[200].content;
      lines.add(`${route} answers ${typeOf(content['application/json']?.schema)}`);
    }
  }
  return lines;
}

// The chart's values.schema.json and the table in its README, from values.yaml and the comments in it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

const chart = join(import.meta.dirname, '..', 'charts', 'millrace');
const document = parseDocument(readFileSync(join(chart, 'values.yaml'), 'utf8'));

/** What a standard value does not tell of its field. */
const NARROWER = {
  logLevel: { enum: ['info', 'warn', 'error'] },
  'images.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  'apiServer.service.type': { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  'apiServer.basePath': { pattern: '^(/[^/]+)*$' },
  'garbageCollection.olderThanDays': { minimum: 1 },
  'argo.requeueTime': { pattern: '^[0-9]+(ms|s|m)$' },
  dataVolumes: {
    items: {
      type: 'object',
      required: ['name', 'size'],
      additionalProperties: false,
      properties: {
        name: { type: 'string' },
        size: { type: 'string' },
        accessModes: { type: 'array', items: { type: 'string' } },
        storageClassName: { type: 'string' },
        nfs: { type: 'object', required: ['server', 'path'], additionalProperties: false, properties: { server: { type: 'string' }, path: { type: 'string', pattern: '^/' } } },
      },
    },
  },
};
/** Objects that Kubernetes has a schema for. */
const OPEN = /(^|\.)(resources|nodeSelector|affinity|podAnnotations|podLabels|annotations|labels|env|providers)$/;

function schemaOf(node, path) {
  const more = NARROWER[path] ?? {};
  if (isMap(node)) {
    if (OPEN.test(path)) return { type: 'object', ...more };
    const properties = Object.fromEntries(node.items.map(({ key, value }) => [key.value, schemaOf(value, path === '' ? key.value : `${path}.${key.value}`)]));
    return { type: 'object', additionalProperties: false, properties, ...more };
  }
  if (isSeq(node)) return { type: 'array', ...more };
  const value = isScalar(node) ? node.value : node;
  return { type: Number.isInteger(value) ? 'integer' : typeof value, ...more };
}

/** The `# --` above a key; the lines after it belong to it. */
function describe(comment) {
  const at = comment?.lastIndexOf(' -- ') ?? -1;
  return at < 0 ? '' : comment.slice(at + 4).split('\n').map((line) => line.trim()).join(' ');
}

function rowsOf(map, path) {
  return map.items.flatMap(({ key, value }, index) => {
    const name = path === '' ? key.value : `${path}.${key.value}`;
    // The comment above the first key of a map is the map's.
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const text = describe(comment);
    if (isMap(value) && value.items.length > 0 && !OPEN.test(name)) return [...(text ? [`| \`${name}\` | | ${text} |`] : []), ...rowsOf(value, name)];
    return [`| \`${name}\` | \`${JSON.stringify(value?.toJSON?.() ?? value)}\` | ${text} |`];
  });
}

const readme = readFileSync(join(chart, 'README.md'), 'utf8');
const [before, after] = [readme.slice(0, readme.indexOf('<!-- values -->')), readme.slice(readme.indexOf('<!-- /values -->'))];
const files = {
  'values.schema.json': `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schemaOf(document.contents, '') }, null, 2)}\n`,
  'README.md': `${before}<!-- values -->\n| value | standard | |\n|---|---|---|\n${rowsOf(document.contents, '').join('\n')}\n${after}`,
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(chart, name), text);

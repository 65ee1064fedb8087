import { describe, expect, it } from 'vitest';
import { millraceOpenApiDocument, millraceOperations, v1beta1, v2beta1 } from '../index.js';

describe.each([
  ['v1beta1', v1beta1.openApiDocument('1.0.0'), v1beta1.operations],
  ['v2beta1', v2beta1.openApiDocument('1.0.0'), v2beta1.operations],
  ['Millrace', millraceOpenApiDocument('1.0.0'), millraceOperations],
])('the OpenAPI document of %s', (_name, document, operations) => {
  it('refers only to schemas that it has', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!);
    expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
  });

  it('describes every operation once', () => {
    const described = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(described).toHaveLength(operations.length);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });
});

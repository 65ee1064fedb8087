import { gzipSync } from 'node:zlib';
import type { NodeStatus, Workflow } from '@millrace/argo';
import { describe, expect, it } from 'vitest';
import { changedNodes, compressNodes, withPlainNodes } from './workflow-nodes.js';

const node = (id: string, change: object = {}) => ({ id, name: id, type: 'Pod', phase: 'Running', ...change }) as NodeStatus;
const workflow = (status: object) => ({ metadata: { name: 'w', namespace: 'ns' }, spec: {}, status }) as Workflow;

describe('changedNodes', () => {
  it('names nodes that are new, gone or different in anything', () => {
    const before = { a: node('a'), b: node('b'), c: node('c'), d: node('d') };
    const after = { a: node('a'), b: node('b', { phase: 'Succeeded' }), c: node('c', { outputs: { parameters: [{ name: 'x', value: '1' }] } }), e: node('e') };
    expect([...changedNodes(before, after)].sort()).toEqual(['b', 'c', 'd', 'e']);
  });
});

describe('withPlainNodes', () => {
  it('reads back what was compressed', async () => {
    const nodes = { a: node('a', { message: 'é "q"' }) };
    expect(withPlainNodes(workflow({ phase: 'Running', compressedNodes: await compressNodes(JSON.stringify(nodes)) })).status).toEqual({ phase: 'Running', nodes });
  });

  it('believes plain nodes where there are both, as Argo does', async () => {
    const both = workflow({ nodes: { b: node('b') }, compressedNodes: await compressNodes(JSON.stringify({ a: node('a') })) });
    expect(withPlainNodes(both).status).toEqual({ nodes: { b: node('b') } });
  });

  it.each([['no gzip', 'bm90aGluZw=='], ['no JSON', gzipSync('{').toString('base64')], ['a bomb', gzipSync(Buffer.alloc(300 * 1024 * 1024)).toString('base64')]])('refuses %s by the name of the Workflow', (_what, compressedNodes) => {
    expect(() => withPlainNodes(workflow({ compressedNodes }))).toThrow('The compressed nodes of Workflow "w" cannot be read');
  });

  it('says what to change where Argo keeps nodes in a database', () => {
    expect(() => withPlainNodes(workflow({ offloadNodeStatusVersion: 'fnv:1' }))).toThrow('switch nodeStatusOffLoad off');
  });
});

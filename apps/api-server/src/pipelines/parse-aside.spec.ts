import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAnyPipeline, parseAnyPipelineValue } from '@millrace/pipeline-spec';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPipelineReader } from './parse-aside.js';

const MIB = 1024 * 1024;
const HEAD = 'pipelineInfo: {name: large}\nschemaVersion: 2.1.0\nsdkVersion: kfp-2.17.0\n';
const BODY = `components: {comp-a: {executorLabel: exec-a}}
deploymentSpec: {executors: {exec-a: {container: {image: busybox, command: ['true']}}}}
root: {dag: {tasks: {a: {taskInfo: {name: a}, componentRef: {name: comp-a}, cachingOptions: {}}}}}
`;
const comment = (bytes: number) => `# ${'x'.repeat(bytes)}\n`;

describe('reading pipelines aside', () => {
  let folder: string;
  let worker: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-parse-'));
    worker = join(folder, 'parse-worker.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('parse-worker.ts', import.meta.url))],
      outfile: worker,
      bundle: true,
      platform: 'node',
      format: 'esm',
      conditions: ['@millrace/source', 'import', 'node'],
      logLevel: 'error',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the same pipeline', async () => {
    const text = HEAD + comment(2 * MIB) + BODY;
    const aside = await createPipelineReader({ worker, maxBytes: 32 * MIB }).fromText(text);
    expect(aside).toEqual(parseAnyPipeline(text));
  });

  it('reads what came as a value as it is read here, its faults without a place in a file', async () => {
    const { fromValue } = createPipelineReader({ worker, maxBytes: 32 * MIB, fromLength: 1 });
    const good = JSON.parse(JSON.stringify((parseAnyPipeline(HEAD + BODY) as { spec: unknown }).spec)) as object;
    expect(await fromValue(undefined, JSON.stringify(good))).toEqual(parseAnyPipelineValue(good));
    const bad = { ...good, unknown: 1 };
    let message = '';
    try {
      parseAnyPipelineValue(bad);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('unknown');
    await expect(fromValue(undefined, JSON.stringify(bad))).rejects.toMatchObject({ message });
    await expect(createPipelineReader({ maxBytes: 1 }).fromValue(bad, JSON.stringify(bad))).rejects.toMatchObject({ message });
  });

  it('gives the same faults, with their lines and the file they are in', async () => {
    const text = `${HEAD}${comment(2 * MIB)}${BODY}unknown: 1\n`;
    let message = '';
    try {
      parseAnyPipeline(text, { fileName: 'p.yaml' });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('line');
    await expect(createPipelineReader({ worker, maxBytes: 32 * MIB }).fromText(text, { fileName: 'p.yaml' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it('lets everything else go on meanwhile', async () => {
    // Hundreds of thousands of keys that nobody knows: seconds of work, and nothing in it that a cheap look would find.
    const text = HEAD + Array.from({ length: 400_000 }, (_, index) => `k${index}: {a: [1, "x"]}\n`).join('');
    let longest = 0;
    let before = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 5);
    const began = performance.now();
    await expect(createPipelineReader({ worker, maxBytes: 32 * MIB }).fromText(text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    const all = performance.now() - began;
    clearInterval(beat);
    expect(longest, `longest silence of ${all.toFixed(0)} ms`).toBeLessThan(all / 3);
  });

  it('gives up what takes too long, and reads the next one', async () => {
    const { fromText: parse } = createPipelineReader({ worker, maxBytes: 32 * MIB, longestMs: 1 });
    await expect(parse(HEAD + comment(2 * MIB) + BODY)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('cannot be read in 0.001 s') });
    await expect(parse(HEAD + BODY)).resolves.toBeDefined();
  });

  it('refuses what aliases make larger than a pipeline may be', async () => {
    const text = `${HEAD}${comment(MIB)}${BODY}`.replace("['true']", `['${'y'.repeat(7_000)}']`);
    await expect(createPipelineReader({ worker, maxBytes: 4_000 }).fromText(text)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('at most 6000') });
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { NodeStatus } from '@millrace/argo';
import { FileObjectStore, type ObjectStore } from '@millrace/object-store';
import { parsePipelineValue } from '@millrace/pipeline-spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveRun } from './live-run.js';
import { lastWords, readRemains } from './read-remains.js';

const pipeline = parsePipelineValue({
  schemaVersion: '2.1.0',
  pipelineInfo: { name: 'p' },
  deploymentSpec: { executors: { sdk: { container: { image: 'i', command: ['c', '{{$}}'] } }, e: { container: { image: 'i', command: ['c', "{{$.outputs.parameters['text'].output_file}}"] } } } },
  components: { plain: { executorLabel: 'e', outputDefinitions: { parameters: { text: { parameterType: 'STRING' } } } }, c: { executorLabel: 'sdk', outputDefinitions: { parameters: { text: { parameterType: 'STRING' }, count: { parameterType: 'NUMBER_INTEGER' } } } }, none: { executorLabel: 'e' } },
  root: { dag: { tasks: { a: { componentRef: { name: 'c' } }, 'without-task-root': { componentRef: { name: 'plain' } }, 'without-outputs': { componentRef: { name: 'none' } } } } },
});
const node = (phase: 'Succeeded' | 'Failed', outputs = {}): NodeStatus => ({ id: 'n', name: 'n', type: 'Pod', phase, outputs }) as NodeStatus;

describe('readRemains', () => {
  let folder: string;
  let objects: ObjectStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-remains-'));
    objects = new FileObjectStore({ roots: [folder] });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const leave = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const read = async (ended: NodeStatus, store = objects, artifactRoot = folder, path = 'root/a') => {
    const execution = { taskRoot: folder, outputMetadataFile: '/minio/b/root/output_metadata.json', parameterFiles: { text: '/tmp/kfp/outputs/text', count: '/tmp/kfp/outputs/count' }, outputArtifacts: {} };
    const live = { pipeline, run: { namespace: 'ns', workflowName: 'wf' }, task: () => ({ execution }), view: { run: { artifactRoot } } } as unknown as LiveRun;
    return (await readRemains(live, new Map([[path, ended]]), { n: ended }, { objects: store, log: () => undefined })).get(path);
  };

  it('takes each parameter from the file that the SDK writes, else from its own, without its last newline', async () => {
    leave('output_metadata.json', JSON.stringify({ parameterValues: { count: 3 }, artifacts: { text: {} } }));
    leave('.parameters/text', 'two\n\n');
    leave('.parameters/count', 'not looked at');
    expect(await read(node('Succeeded'))).toEqual({ result: { executorOutputJson: expect.stringContaining('"count":3'), parameterTexts: { text: 'two\n' } } });
  });

  it('tells a file that was not written from an empty one', async () => {
    leave('.parameters/text', '');
    expect(await read(node('Succeeded'))).toEqual({ result: { executorOutputJson: undefined, parameterTexts: { text: '', count: undefined } } });
  });

  it('takes megabytes and names what is larger, with its size and the way out', async () => {
    leave('.parameters/count', '1');
    leave('.parameters/text', 'x'.repeat(3 * 1024 * 1024));
    expect((await read(node('Succeeded')))?.result?.parameterTexts['text']).toHaveLength(3 * 1024 * 1024);
    leave('.parameters/text', 'x'.repeat(4 * 1024 * 1024 + 1));
    expect(await read(node('Succeeded'))).toEqual({ problem: expect.stringMatching(/4097 KiB as output parameter "text".*at most 4096 KiB.*artifact/) });
  });

  it('does not take a store that cannot answer for a task that wrote nothing', async () => {
    const away = { read: () => Promise.reject(new Error('away')) } as unknown as ObjectStore;
    await expect(read(node('Succeeded'), away)).rejects.toThrow('away');
  });

  it('asks nothing of the store for a task that declares no output, of which nothing is taken there', async () => {
    const away = { read: () => Promise.reject(new Error('away')) } as unknown as ObjectStore;
    expect(await read(node('Succeeded'), away, folder, 'root/without-outputs')).toEqual({ result: { executorOutputJson: undefined, parameterTexts: {} } });
  });

  it('asks the store once for each file, whether or not it is there, and for none of which the SDK told', async () => {
    const asked: string[] = [];
    const counted = (store: ObjectStore): ObjectStore =>
      ({ read: (uri: string) => (asked.push(`read ${uri.slice(folder.length + 1)}`), store.read(uri)), stat: (uri: string) => (asked.push('stat'), store.stat(uri)) }) as unknown as ObjectStore;
    leave('.parameters/text', 'x');
    await read(node('Succeeded'), counted(objects));
    expect(asked).toEqual(['read output_metadata.json', 'read .parameters/text', 'read .parameters/count']);
    asked.length = 0;
    leave('output_metadata.json', JSON.stringify({ parameterValues: { count: 3, text: 'y' } }));
    await read(node('Succeeded'), counted(objects));
    expect(asked).toEqual(['read output_metadata.json']);
    asked.length = 0;
    expect(await read(node('Succeeded'), counted(objects), folder, 'root/without-task-root')).toEqual({ result: { executorOutputJson: undefined, parameterTexts: { text: 'x' } } });
    expect(asked).toEqual(['read .parameters/text']);
  });

  it('reads from the stored log why a task failed, from the store that has the run, and does without where it cannot', async () => {
    const asked: string[] = [];
    const store = {
      stat: async (uri: string) => (asked.push(uri), { kind: 'file', sizeBytes: 30 }),
      read: async () => Readable.from([Buffer.from('before\nno such file\n')]),
    } as unknown as ObjectStore;
    const failed = node('Failed', { artifacts: [{ name: 'main-logs', s3: { key: 'runs/.logs/pod/main.log' } }] });
    expect(await read(failed, store, 'minio://bucket/runs')).toEqual({ lastWords: 'no such file' });
    expect(asked).toEqual(['minio://bucket/runs/.logs/pod/main.log']);
    expect(await read(failed, { stat: () => Promise.reject(new Error('away')) } as unknown as ObjectStore, 'minio://bucket/runs')).toEqual({ lastWords: '' });
    expect(await read(node('Failed'), store, 'minio://bucket/runs')).toEqual({ lastWords: '' });
  });
});

describe('lastWords', () => {
  it.each([
    ['the last line', 'one\ntwo\n\n', 'two'],
    ['nothing', '', ''],
    ['the exception, though Python wrote the rest of its output after it', 'Traceback (most recent call last):\n  File "x", line 1\n    raise\nValueError: no luck\n{\n  "inputs": {}\n}\n', 'ValueError: no luck'],
    ['the exception, though its traceback is mixed with the rest', 'Traceback (most recent call last):\n{\n}\n  File "x"\n}\nRuntimeError: on purpose\n\n', 'RuntimeError: on purpose'],
    ['the last of two exceptions', 'Traceback (most recent call last):\n  File\nKeyError: 1\n\nDuring handling of that:\nTraceback (most recent call last):\n  File\nmy.Fault: 2\n', 'my.Fault: 2'],
  ])('are %s', (_what, log, words) => {
    expect(lastWords(log)).toBe(words);
  });
});

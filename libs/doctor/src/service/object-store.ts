import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '@millrace/object-store';
import { failure, fine, unknown, type Check } from '../finding.js';
import type { ServiceContext } from './service-context.js';

interface Step {
  readonly does: string;
  readonly why: string;
  run(uri: string): Promise<void>;
}

const CONTENT = Buffer.from('A check of Millrace wrote this; it may be deleted.\n');

/** Writes, lists, reads and deletes one small object where artifacts go, as pods and services do. */
export const objectStore: Check<Pick<ServiceContext, 'openObjects'>> = {
  name: 'object-store',
  async examine({ openObjects }) {
    const { objects, pipelineRoot } = await openObjects();
    const { write } = objects;
    if (write === undefined) return [unknown('This object store is written by tasks alone.')];
    const folder = `${pipelineRoot}/.millrace-doctor/${randomUUID()}`;
    const uri = `${folder}/object`;
    const started = performance.now();
    for (const { does, why, run } of steps(objects, (at) => write.call(objects, at, CONTENT), folder)) {
      try {
        await run(uri);
      } catch (error) {
        if (does !== 'write') await objects.delete(uri).catch(() => undefined);
        return [failure({ what: `Artifacts below ${pipelineRoot} cannot be ${does === 'write' ? 'written' : does === 'read' ? 'read' : does === 'list' ? 'listed' : 'deleted'}: ${(error as Error).message}`, why, remedy: `See that the bucket exists and that the keys may ${does} there (objectStore.secret of the chart).` })];
      }
    }
    return [fine(`Objects below ${pipelineRoot} can be written, listed, read and deleted (${Math.round(performance.now() - started)} ms).`)];
  },
};

function steps(objects: ObjectStore, write: (uri: string) => Promise<void>, folder: string): readonly Step[] {
  return [
    { does: 'write', why: 'No task can leave outputs or its log: all fail.', run: write },
    {
      does: 'list',
      why: 'Folders of artifacts cannot be shown or brought to tasks.',
      async run() {
        if ((await objects.list(folder)).length !== 1) throw new Error('what was written is not listed');
      },
    },
    {
      does: 'read',
      why: 'Outputs cannot be read, so that no task that waits for one goes on, and artifacts cannot be shown.',
      async run(uri) {
        const chunks: Buffer[] = [];
        for await (const chunk of await objects.read(uri)) chunks.push(chunk as Buffer);
        if (!Buffer.concat(chunks).equals(CONTENT)) throw new Error('what is read is not what was written');
      },
    },
    {
      does: 'delete',
      why: 'Artifacts of deleted runs stay.',
      async run(uri) {
        await objects.delete(uri);
        if ((await objects.stat(uri)) !== undefined) throw new Error('it is still there');
      },
    },
  ];
}

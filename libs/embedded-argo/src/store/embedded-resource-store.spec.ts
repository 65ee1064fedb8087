import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeResourceStore, describeSchedules, type OpenedStore } from '@millrace/resources/testing';
import { openEmbeddedArgo } from '../open-embedded-argo.js';
import { FakeExecutor } from '../testing/fake-executor.js';

async function open(): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-argo-'));
  const argo = await openEmbeddedArgo({ folder, executor: (listener) => new FakeExecutor(listener) });
  return {
    store: argo.store,
    namespace: 'ns',
    async close() {
      await argo.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describeResourceStore('EmbeddedResourceStore', open);
describeSchedules('EmbeddedResourceStore', open);

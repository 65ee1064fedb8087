import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kubernetesExecutorConfigMessage } from '../decode/platform-messages.js';
import { KUBERNETES_SETTINGS } from './kubernetes-settings.js';

const fields = kubernetesExecutorConfigMessage.fields.map(({ name }) => name);

describe('the Kubernetes settings', () => {
  it('are those that the platform document may have', () => {
    expect(Object.keys(KUBERNETES_SETTINGS).sort()).toEqual(fields.toSorted());
  });

  it('each have their row in docs/kfp-compatibility.md, and no other has', () => {
    const text = readFileSync(new URL('../../../../docs/kfp-compatibility.md', import.meta.url), 'utf8');
    const table = /^## Kubernetes settings$([^]*?)(?=^## |(?![^]))/m.exec(text)?.[1] ?? '';
    const rows = [...table.matchAll(/^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, field = '', , cluster = '', machine = '']) => ({ field, cluster: cluster.trim(), machine: machine.trim() }));
    expect(rows.map(({ field }) => field).sort()).toEqual(fields.toSorted());
    for (const { field, cluster, machine } of rows) {
      expect({ field, refused: cluster.startsWith('refused') }).toEqual({ field, refused: KUBERNETES_SETTINGS[field]?.kubernetes === 'refused' });
      expect({ field, effect: /no effect/.test(machine) ? 'without effect' : machine.startsWith('refused') ? 'refused' : /containers only/.test(machine) ? 'with containers' : 'works' }).toEqual({
        field,
        effect: KUBERNETES_SETTINGS[field]?.embedded,
      });
    }
  });
});

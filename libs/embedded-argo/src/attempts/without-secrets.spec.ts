import { describe, expect, it } from 'vitest';
import type { AttemptSpec } from '../executor.js';
import { withoutSecrets } from './without-secrets.js';

const spec: AttemptSpec = { id: 'u/n', image: 'i', command: ['c'], args: ['--key=s3cr3t', 'x'], env: { KEY: 's3cr3t', URL: 'a:s3cr3t', OTHER: 'b' }, mounts: [] };

describe('withoutSecrets', () => {
  it('leaves the values of secrets out, wherever they were put', () => {
    const kept = withoutSecrets({ ...spec, secretNames: ['KEY'], companions: [{ ...spec, name: 'a', role: 'init', secretNames: ['KEY'] }] });
    expect(JSON.stringify(kept)).not.toContain('s3cr3t');
    expect(kept).toMatchObject({ id: 'u/n', args: ['--key=(secret)', 'x'], env: { KEY: '(secret)', URL: 'a:(secret)', OTHER: 'b' } });
  });

  it('changes nothing else', () => {
    expect(withoutSecrets(spec)).toEqual(spec);
    expect(withoutSecrets({ ...spec, secretNames: ['NONE'] })).toEqual({ ...spec, secretNames: ['NONE'] });
  });
});

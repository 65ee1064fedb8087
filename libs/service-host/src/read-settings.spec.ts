import { describe, expect, it } from 'vitest';
import { clusterSettings, databaseUrl, type ClusterSettings } from './cluster-settings.js';
import { flag, image, list, readSettings, requiredText, text, wholeNumber } from './read-settings.js';

const shape = { MILLRACE_NAME: requiredText, MILLRACE_NOTE: text, MILLRACE_COUNT: wholeNumber({ min: 1, max: 9, standard: 3 }), MILLRACE_ON: flag(true), MILLRACE_HOSTS: list };

describe('readSettings', () => {
  it('reads what is set and fills in the rest; nothing is as good as absent', () => {
    expect(readSettings(shape, { MILLRACE_NAME: 'a', MILLRACE_NOTE: '', MILLRACE_COUNT: '', MILLRACE_ON: 'false', MILLRACE_HOSTS: 'a, b,,c ', PATH: '/bin' })).toEqual({
      MILLRACE_NAME: 'a', MILLRACE_NOTE: undefined, MILLRACE_COUNT: 3, MILLRACE_ON: false, MILLRACE_HOSTS: ['a', 'b', 'c'],
    });
  });

  it('names everything that is wrong, missing or unknown at once', () => {
    expect(() => readSettings(shape, { MILLRACE_COUNT: '10', MILLRACE_ON: 'yes', MILLRACE_NAMME: 'typo' })).toThrow(
      'MILLRACE_NAMME is no setting of this program; MILLRACE_NAME is not set; MILLRACE_COUNT must be a whole number from 1 to 9; MILLRACE_ON must be true or false.',
    );
  });

  it('leaves alone what belongs to another program of the same surroundings', () => {
    expect(readSettings(shape, { MILLRACE_NAME: 'a', MILLRACE_THEIRS: 'b' }, ['MILLRACE_THEIRS'])).not.toHaveProperty('MILLRACE_THEIRS');
    expect(() => readSettings(shape, { MILLRACE_NAME: 'a', MILLRACE_NOBODYS: 'b' }, ['MILLRACE_THEIRS'])).toThrow('MILLRACE_NOBODYS is no setting');
  });

  it('is not put off by what Kubernetes sets for a Service that is called like us', () => {
    const links = { MILLRACE_SERVICE_HOST: '10.0.0.1', MILLRACE_SERVICE_PORT: '80', MILLRACE_SERVICE_PORT_HTTP: '80', MILLRACE_PORT: 'tcp://10.0.0.1:80', MILLRACE_PORT_80_TCP: 'tcp://10.0.0.1:80', MILLRACE_PORT_80_TCP_PROTO: 'tcp', MILLRACE_PORT_80_TCP_ADDR: '10.0.0.1' };
    expect(readSettings(shape, { ...links, MILLRACE_NAME: 'a' })).toMatchObject({ MILLRACE_NAME: 'a' });
  });
});

describe('image', () => {
  const read = (value: string) => readSettings({ MILLRACE_IMAGE: image }, { MILLRACE_IMAGE: value }).MILLRACE_IMAGE;

  it('is what a pod may name', () => {
    for (const named of ['busybox', 'busybox:1.36', 'registry.example.com:5000/a/b_c:v1', `a/b@sha256:${'0'.repeat(64)}`]) expect(read(named)).toBe(named);
    expect(read('')).toBeUndefined();
  });

  it.each(['a b', '{{workflow.name}}', 'a//b', '/a', 'https://registry/a'])('is not "%s"', (named) => {
    expect(() => read(named)).toThrow('MILLRACE_IMAGE must be an image');
  });
});

describe('databaseUrl', () => {
  const settings = (env: NodeJS.ProcessEnv): ClusterSettings => readSettings(clusterSettings, { MILLRACE_NAMESPACE: 'ns', MILLRACE_S3_ENDPOINT: 'minio:9000', ...env }) as ClusterSettings;

  it('is put together from its parts, whatever is in the password', () => {
    const url = new URL(databaseUrl(settings({ MILLRACE_DATABASE_HOST: 'mysql.ns', MILLRACE_DATABASE_NAME: 'mill', MILLRACE_DATABASE_USER: 'u@x', MILLRACE_DATABASE_PASSWORD: 'p/@:?#%', MILLRACE_DATABASE_TLS: 'true' })));
    expect({ host: url.host, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), path: url.pathname, query: url.search }).toEqual({ host: 'mysql.ns:3306', user: 'u@x', password: 'p/@:?#%', path: '/mill', query: '?connectionLimit=10&ssl=true' });
  });

  it('says which part is missing', () => {
    expect(() => databaseUrl(settings({ MILLRACE_DATABASE_HOST: 'mysql' }))).toThrow('set MILLRACE_DATABASE_URL, or MILLRACE_DATABASE_NAME, MILLRACE_DATABASE_USER.');
  });
});

import { describe, expect, it } from 'vitest';
import { readUpSettings, SettingsError, type UpFlags } from './settings.js';

const none: UpFlags = { cache: true, sample: true };

describe('readUpSettings', () => {
  it('serves port 7600 from ~/.millrace when nothing is said', () => {
    expect(readUpSettings(none, {})).toMatchObject({ port: 7600, dataFolder: expect.stringMatching(/\/\.millrace$/), basePath: '', cacheEnabled: true });
  });

  it('takes a flag before its environment variable', () => {
    const env = { MILLRACE_PORT: '7700', MILLRACE_HOME: '/var/lib/millrace' };
    expect(readUpSettings(none, env)).toMatchObject({ port: 7700, dataFolder: '/var/lib/millrace' });
    expect(readUpSettings({ ...none, port: '0', dataDir: '/data' }, env)).toMatchObject({ port: 0, dataFolder: '/data' });
  });

  it.each([
    [{ ...none, port: '76OO' }, '--port must be a whole number from 0 to 65535, not "76OO".'],
    [{ ...none, port: '65536' }, '--port must be a whole number from 0 to 65535, not "65536".'],
    [{ ...none, accelerators: 'no' }, '--accelerators must be required or optional, not "no".'],
    [{ ...none, executor: 'docker' }, '--executor must be auto, process or container, not "docker".'],
    [{ ...none, parallel: '0' }, '--parallel must be a whole number from 1 to 1024, not "0".'],
    [{ ...none, keepEnvironments: '0' }, '--keep-environments must be a whole number from 1 to 36500, not "0".'],
    [{ ...none, keepRuns: 'all' }, '--keep-runs must be a whole number from 1 to 36500, not "all".'],
    [{ ...none, basePath: 'pipe line' }, '--base-path must look like /pipeline, not "pipe line".'],
    [{ ...none, baseUrl: 'hub' }, '--base-url must be a URL such as https://hub.example.org/user/ann/proxy/7600, not "hub".'],
  ])('refuses %o', (flags, message) => {
    expect(() => readUpSettings(flags, {})).toThrow(new SettingsError(message));
  });

  it('gives up environments after 30 days without use, and removes what is left over, unless told otherwise', () => {
    expect(readUpSettings(none, {})).toMatchObject({ collectsGarbage: true, environmentDays: 30 });
    expect(readUpSettings({ ...none, gc: false }, { MILLRACE_KEEP_ENVIRONMENTS: '7' })).toMatchObject({ collectsGarbage: false, environmentDays: 7 });
  });

  it('keeps runs for ever unless told otherwise', () => {
    expect(readUpSettings(none, {}).runDays).toBeUndefined();
    expect(readUpSettings(none, { MILLRACE_KEEP_RUNS: '90' }).runDays).toBe(90);
    expect(readUpSettings({ ...none, keepRuns: '7' }, { MILLRACE_KEEP_RUNS: '90' }).runDays).toBe(7);
  });

  it('runs containers where it can unless told otherwise', () => {
    expect(readUpSettings(none, {})).toMatchObject({ executor: 'auto', containerEngine: undefined });
    expect(readUpSettings({ ...none, executor: 'process' }, { MILLRACE_EXECUTOR: 'container', MILLRACE_CONTAINER_ENGINE: 'podman' })).toMatchObject({ executor: 'process', containerEngine: 'podman' });
    expect([{}, { MILLRACE_ACCELERATORS: 'optional' }].map((env) => readUpSettings(none, env).accelerators)).toEqual(['required', 'optional']);
    expect(() => readUpSettings(none, { MILLRACE_EXECUTOR: 'yes' })).toThrow(new SettingsError('MILLRACE_EXECUTOR must be auto, process or container, not "yes".'));
  });

  it('has a time zone: that of the machine unless told otherwise', () => {
    expect(readUpSettings(none, {}).timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
    const env = { MILLRACE_TIME_ZONE: 'Asia/Shanghai', CRON_SCHEDULE_TIMEZONE: 'Europe/Berlin' };
    expect(readUpSettings(none, env).timeZone).toBe('Asia/Shanghai');
    expect(readUpSettings({ ...none, timeZone: 'UTC' }, env).timeZone).toBe('UTC');
    expect(readUpSettings(none, { CRON_SCHEDULE_TIMEZONE: 'Europe/Berlin' }).timeZone).toBe('Europe/Berlin');
    expect(() => readUpSettings(none, { MILLRACE_TIME_ZONE: 'Mars' })).toThrow(new SettingsError('MILLRACE_TIME_ZONE must be a time zone such as Asia/Shanghai or UTC, not "Mars".'));
  });

  it('takes a variable that is set to nothing for one that is not set', () => {
    expect(readUpSettings(none, { MILLRACE_HOME: '', MILLRACE_PORT: '', MILLRACE_PYTHON: '' })).toEqual(readUpSettings(none, {}));
  });

  it('does not take an empty token for none', () => {
    expect(() => readUpSettings(none, { MILLRACE_TOKEN: '' })).toThrow(new SettingsError('MILLRACE_TOKEN is empty; give it a secret, or unset it to serve without a token.'));
    expect(() => readUpSettings({ ...none, token: ' ' }, {})).toThrow(new SettingsError('--token is empty; give it a secret, or leave it out to serve without a token.'));
    expect(readUpSettings({ ...none, token: 'secret' }, { MILLRACE_TOKEN: '' }).token).toBe('secret');
  });

  it('drops the trailing slash of a base path', () => {
    expect(readUpSettings({ ...none, basePath: '/pipeline/' }, {}).basePath).toBe('/pipeline');
  });
});

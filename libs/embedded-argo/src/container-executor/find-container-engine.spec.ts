import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineEnvironment } from './engine-client.js';
import { findContainerEngine } from './find-container-engine.js';
import { fullName } from './images.js';

describe('findContainerEngine', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'millrace-engines-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const program = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const find = () => findContainerEngine({ hostEnvironment: { PATH: folder } });

  it('says what is missing when there is none', async () => {
    expect(await find()).toEqual({ missing: 'docker is not installed and podman is not installed' });
  });

  it('goes on to the next when one does not answer', async () => {
    program('docker', 'echo "Cannot connect to the Docker daemon." >&2; exit 1');
    expect(await find()).toEqual({ missing: 'docker does not answer (Cannot connect to the Docker daemon) and podman is not installed' });
    program('podman', `echo '{"host":{"cpus":8,"security":{"rootless":true},"cgroupVersion":"v2","cgroupControllers":["cpu","memory"]},"version":{"Version":"5.0"}}'`);
    expect(await find()).toEqual({ engine: { kind: 'podman', program: 'podman', version: '5.0', rootless: true, limits: { cpus: true, memory: true }, cores: 8 } });
  });

  it('does not take a client without its server for an engine', async () => {
    program('docker', `echo '{"ServerErrors":["permission denied"]}'`);
    expect(await find()).toMatchObject({ missing: expect.stringContaining('docker does not answer (permission denied)') });
  });

  it('knows podman behind docker\'s name, and that old control groups leave it no limits without root', async () => {
    program('docker', `echo '{"host":{"security":{"rootless":true},"cgroupVersion":"v1","cgroupControllers":["cpu","memory"]}}'`);
    expect(await find()).toMatchObject({ engine: { kind: 'podman', program: 'docker', limits: { cpus: false, memory: false } } });
  });
});

describe('the environment of an engine', () => {
  it("is the user's, with the folders in which its helpers look for the system's programs", () => {
    expect(engineEnvironment({ PATH: '/usr/bin', HOME: '/home/me' })).toEqual({ PATH: '/usr/bin:/usr/sbin:/sbin', HOME: '/home/me' });
    expect(engineEnvironment({})).toEqual({ PATH: '/usr/sbin:/sbin' });
  });
});

describe('fullName', () => {
  it.each([
    ['python:3.11', 'docker.io/library/python:3.11'],
    ['bitnami/redis', 'docker.io/bitnami/redis'],
    ['localhost/mine', 'localhost/mine'],
    ['registry.example.org/a/b:1', 'registry.example.org/a/b:1'],
    ['host:5000/a', 'host:5000/a'],
  ])('%s is %s', (short, full) => expect(fullName(short)).toBe(full));
});

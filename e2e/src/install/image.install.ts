import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImageBuilder } from './image-builder.js';
import { readInstall } from './install.js';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
const SERVICES = ['api-server', 'persistence-agent', 'scheduled-workflow-controller'];
const { image, skip } = readInstall();
const builder = skip === undefined ? await ImageBuilder.open() : { skip };
const isReady = !('skip' in builder);

describe.skipIf(!isReady)('the image that `docker build .` makes', () => {
  const run = (...args: readonly string[]) => (builder as ImageBuilder).run(...args);
  /** As the chart runs it. */
  const inside = (...args: readonly string[]) => run('run', '--rm', '--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges', '--network', 'none', '--tmpfs', '/tmp', ...args);

  it('runs as nobody, who can change nothing in it', async () => {
    const [{ User, Env, Entrypoint }] = JSON.parse(await run('image', 'inspect', image, '--format', '[{{json .Config}}]')) as [{ User: string; Env: string[]; Entrypoint: string[] }];
    expect({ User, Entrypoint }).toEqual({ User: '65532:65532', Entrypoint: ['node'] });
    expect(Env.filter((variable) => !/^(PATH|NODE_ENV|NODE_VERSION|YARN_VERSION|container)=/.test(variable))).toEqual([]);
    const writable = await run('run', '--rm', '--network', 'none', '--entrypoint', 'find', image, '/app', '/usr/local', '-writable', '-not', '-type', 'l');
    expect(writable.trim()).toBe('');
  });

  it('holds the programs, the pages and the licences, and nothing of how it was made', async () => {
    const files = (await run('run', '--rm', '--user', '0:0', '--network', 'none', '--entrypoint', 'find', image, '/app', '/root', '/run', '-type', 'f', '-not', '-path', '/app/pages/*')).trim().split('\n');
    expect(files.filter((path) => path.startsWith('/app/') || path.includes('npmrc') || path.includes('secrets')).sort()).toEqual(
      ['LICENSE', 'NOTICE', 'THIRD_PARTY_NOTICES.md', ...[...SERVICES, 'parse-worker'].flatMap((name) => [`${name}.mjs`, `${name}.mjs.LEGAL.txt`])].map((name) => `/app/${name}`).sort(),
    );
  });

  it('adds at most 64 MB to its base', async () => {
    const [{ Size }] = JSON.parse(await run('image', 'inspect', image, '--format', '[{"Size":{{.Size}}}]')) as [{ Size: number }];
    const [{ Size: base }] = JSON.parse(await run('image', 'inspect', await (builder as ImageBuilder).nodeImage(), '--format', '[{"Size":{{.Size}}}]')) as [{ Size: number }];
    console.log(`image: ${(Size / 1e6).toFixed(0)} MB, ${((Size - base) / 1e6).toFixed(0)} MB of it ours`);
    expect(Size - base).toBeLessThan(64e6);
  });

  it.each(SERVICES)('has a %s that starts with a read-only root and says what it is not told', async (service) => {
    await expect(inside(image, `${service}.mjs`)).rejects.toThrow(/MILLRACE_NAMESPACE is not set/);
  });

  it('is the same whoever builds it: what this checkout makes of the same sources is in it, byte by byte', async () => {
    const sums = 'find pages *.mjs -type f | LC_ALL=C sort | xargs sha256sum';
    for (const service of SERVICES) execFileSync(process.execPath, [join(WORKSPACE, 'scripts/bundle-service.mjs'), service]);
    const folder = mkdtempSync(join(tmpdir(), 'millrace-built-'));
    try {
      for (const service of SERVICES) cpSync(join(WORKSPACE, 'apps', service, 'dist', `${service}.mjs`), join(folder, `${service}.mjs`));
      cpSync(join(WORKSPACE, 'apps/api-server/dist/parse-worker.mjs'), join(folder, 'parse-worker.mjs'));
      cpSync(join(WORKSPACE, 'apps/ui/out'), join(folder, 'pages'), { recursive: true });
      const built = execFileSync('sh', ['-c', sums], { encoding: 'utf8', cwd: folder }).trim().split('\n');
      const contained = (await run('run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-c', sums)).trim().split('\n');
      expect(contained).toEqual(built);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

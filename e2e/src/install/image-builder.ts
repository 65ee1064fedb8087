import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { prepareEngine, type TestEngine } from '@millrace/embedded-argo/testing';

const WORKSPACE = resolve(import.meta.dirname, '../../..');
const CERTIFICATES = '/run/secrets/ca';
const OPTIONS = { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 } as const;

/** Makes images with this machine's container engine, from what package registries have: there may be no registry of images. */
export class ImageBuilder {
  private constructor(private readonly found: TestEngine) {}

  /** The builder, or why there is none. */
  static async open(): Promise<ImageBuilder | { readonly skip: string }> {
    const found = await prepareEngine();
    return 'skip' in found ? found : new ImageBuilder(found);
  }

  async run(...args: readonly string[]): Promise<string> {
    const { engine, hostEnvironment } = this.found;
    try {
      return (await promisify(execFile)(engine.program, args, { ...OPTIONS, env: { ...hostEnvironment, DOCKER_BUILDKIT: '1' } })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${engine.program} ${args[0]} failed: ${`${stdout}\n${stderr}`.trim().split('\n').slice(-25).join('\n')}`, { cause: error });
    }
  }

  has(image: string): boolean {
    return spawnSync(this.found.engine.program, ['image', 'inspect', image], { stdio: 'ignore' }).status === 0;
  }

  /** Node with npm: what the Dockerfile takes for `node:24-bookworm-slim`. Throws why it cannot be had. */
  async nodeImage(): Promise<string> {
    const named = process.env['TEST_NODE_IMAGE'] ?? 'docker.io/library/node:24-bookworm-slim';
    if (this.has(named)) return named;
    const image = `localhost/millrace-test-node:${process.versions.node}`;
    if (this.has(image)) return image;
    const npm = dirname(dirname(execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], OPTIONS).trim()));
    await this.#debian(image, ['libstdc++6', 'ca-certificates'], [
      'rm -rf "$1/usr/share/doc" "$1/usr/share/man" "$1/var/cache/apt"',
      'mkdir -p "$1/usr/local/bin" "$1/usr/local/lib/node_modules"',
      `cp "${process.execPath}" "$1/usr/local/bin/node" && cp -r "${npm}" "$1/usr/local/lib/node_modules/npm"`,
      'for name in npm npx; do ln -s ../lib/node_modules/npm/bin/$name-cli.js "$1/usr/local/bin/$name"; done',
    ]);
    return image;
  }

  /** `docker build` of the Dockerfile, with npm set up as it is on this machine. */
  async buildMillrace(context: string, image: string): Promise<void> {
    const node = await this.nodeImage();
    await withFolder(async (folder) => {
      const setting = (name: string): string => spawnSync('npm', ['config', 'get', name], { encoding: 'utf8' }).stdout?.trim() ?? '';
      const own = join(homedir(), '.npmrc');
      const file = join(folder, 'npmrc');
      const ca = [setting('cafile'), process.env['NODE_EXTRA_CA_CERTS'], process.env['SSL_CERT_FILE']].find((path) => path !== undefined && existsSync(path));
      const lines = [existsSync(own) ? readFileSync(own, 'utf8') : '', `registry=${setting('registry')}`, ...(ca === undefined ? [] : [`cafile=${CERTIFICATES}`])];
      writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
      const secrets = [`id=npmrc,src=${file}`, ...(ca === undefined ? [] : [`id=ca,src=${ca}`])];
      await this.run('build', '--network', 'host', '--build-arg', `NODE=${node}`, ...secrets.flatMap((secret) => ['--secret', secret]), '-t', image, context);
    });
  }

  /** The image of an earlier commit, made as this one is. */
  async buildCommit(commit: string, image: string): Promise<void> {
    await withFolder(async (folder) => {
      execFileSync('sh', ['-c', 'git archive "$1" | tar -x -C "$2"', 'sh', commit, folder], { cwd: WORKSPACE });
      for (const name of ['Dockerfile', '.dockerignore']) cpSync(join(WORKSPACE, name), join(folder, name));
      await this.buildMillrace(folder, image);
    });
  }

  /** An image over the one of Node with some programs and what is said of them. */
  async withPrograms(image: string, programs: Readonly<Record<string, { readonly file: string } | { readonly text: string }>>, more: readonly string[] = []): Promise<void> {
    const node = await this.nodeImage();
    await withFolder(async (folder) => {
      for (const [name, program] of Object.entries(programs)) {
        if ('file' in program) cpSync(program.file, join(folder, name));
        else writeFileSync(join(folder, name), program.text);
      }
      writeFileSync(join(folder, 'Dockerfile'), [`FROM ${node}`, `COPY --chmod=755 ${Object.keys(programs).join(' ')} /usr/local/bin/`, ...more, ''].join('\n'));
      await this.run('build', '-t', image, folder);
    });
  }

  /** A Debian with these packages and one program more, which it begins with. */
  async debianWith(image: string, packages: readonly string[], entrypoint: string): Promise<void> {
    await withFolder(async (folder) => {
      const file = join(folder, 'entrypoint');
      writeFileSync(file, entrypoint, { mode: 0o755 });
      await this.#debian(image, packages, ['rm -rf "$1/usr/share/doc" "$1/usr/share/man" "$1/var/cache/apt"', `cp "${file}" "$1/usr/local/bin/docker-entrypoint.sh"`], 'ENTRYPOINT ["docker-entrypoint.sh"]');
    });
  }

  async save(file: string, images: readonly string[]): Promise<void> {
    await this.run('save', ...(this.found.engine.kind === 'podman' ? ['-m'] : []), '-o', file, ...images);
  }

  async #debian(image: string, packages: readonly string[], hooks: readonly string[], change?: string): Promise<void> {
    if (spawnSync('mmdebstrap', ['--version']).status !== 0) throw new Error('there is no image of Node, nor mmdebstrap to make one with; name one in TEST_NODE_IMAGE');
    await withFolder(async (folder) => {
      const archive = join(folder, 'root.tar');
      await promisify(execFile)('mmdebstrap', ['--quiet', '--variant=essential', `--include=${packages.join(',')}`, ...hooks.map((hook) => `--customize-hook=${hook}`), 'bookworm', archive], OPTIONS);
      await this.run('import', ...(change === undefined ? [] : ['--change', change]), archive, image);
    });
  }
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-images-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

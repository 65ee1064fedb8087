import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTarGz, makeZip } from '@millrace/pipeline-spec/testing';
import { Millrace } from '../harness/millrace.js';
import { get, residentMiB, upload } from '../harness/requests.js';
import { shellPipeline } from '../harness/shell-pipeline.js';

const MIB = 1024 * 1024;
const LINK = 0o120777;
const GOOD = JSON.stringify(shellPipeline({ a: { line: 'true' } }));

let millrace: Millrace;
beforeAll(async () => {
  millrace = await Millrace.start({ sample: false });
});
afterAll(() => millrace?.close());

describe('an archive', () => {
  it('with a pipeline in it is taken', async () => {
    expect(await upload(millrace, makeZip([{ name: 'readme.txt', content: 'x' }, { name: 'pipeline.yaml', content: GOOD }]), { fileName: 'good.zip' })).toMatchObject({ status: 200 });
    expect(await upload(millrace, await makeTarGz([{ name: 'pipeline.yaml', content: GOOD }]), { fileName: 'good.tar.gz' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['a zip that leads out of its folder', 'evil.zip', () => makeZip([{ name: '../pipeline.yaml', content: GOOD }]), /^"evil\.zip" cannot be used: .*\.\.\/pipeline\.yaml/],
    ['a zip with an absolute path', 'evil.zip', () => makeZip([{ name: '/etc/passwd', content: GOOD }]), /^"evil\.zip" cannot be used: .*\/etc\/passwd/],
    ['a zip with a backslash path', 'evil.zip', () => makeZip([{ name: '..\\pipeline.yaml', content: GOOD }]), /^"evil\.zip" cannot be used: /],
    ['a zip with a link', 'evil.zip', () => makeZip([{ name: 'pipeline.yaml', content: '/etc/passwd', mode: LINK }]), /^"evil\.zip" cannot be used: .*link/],
    ['a tar that leads out of its folder', 'evil.tar.gz', () => makeTarGz([{ name: '../../pipeline.yaml', content: GOOD }]), /^"evil\.tar\.gz" cannot be used: .*pipeline\.yaml/],
    ['a tar with a symbolic link', 'evil.tar.gz', () => makeTarGz([{ name: 'pipeline.yaml', type: 'symlink', linkname: '/etc/passwd' }]), /^"evil\.tar\.gz" cannot be used: .*link/],
    ['a tar with a hard link', 'evil.tar.gz', () => makeTarGz([{ name: 'pipeline.yaml', type: 'link', linkname: '/etc/passwd' }]), /^"evil\.tar\.gz" cannot be used: .*link/],
    ['an empty zip', 'empty.zip', () => makeZip([]), /^"empty\.zip" cannot be used: /],
    ['half a zip', 'half.zip', () => makeZip([{ name: 'pipeline.yaml', content: GOOD }]).subarray(0, 100), /^"half\.zip" cannot be used: /],
  ])('is refused: %s', async (_, fileName, make, message) => {
    const { status, message: said } = await upload(millrace, await make(), { fileName });
    expect(said).toMatch(message);
    expect(said).not.toContain('root:');
    expect(status).toBe(400);
  });

  it('that is a bomb is refused without being unpacked', async () => {
    const before = residentMiB(millrace);
    const zeros = Buffer.alloc(200 * MIB);
    for (const [fileName, bytes] of [
      ['bomb.zip', makeZip([{ name: 'pipeline.yaml', content: zeros }])],
      ['liar.zip', makeZip([{ name: 'pipeline.yaml', content: zeros, size: 1000 }])],
      ['bomb.tar.gz', await makeTarGz([{ name: 'pipeline.yaml', content: zeros }])],
      ['bomb.gz', gzipSync(zeros)],
    ] as const) {
      const { status, message } = await upload(millrace, bytes, { fileName });
      expect(message).toMatch(new RegExp(`^"${fileName.replaceAll('.', '\\.')}" cannot be used: .*(unpack|larger|broken|bytes|MiB|tar)`));
      expect(status).toBe(400);
    }
    // 800 MiB of zeros were in them; what the uploads themselves take is small.
    if (before !== undefined) expect(residentMiB(millrace)! - before).toBeLessThan(250);
    expect(await get(millrace, '/apis/v2beta1/healthz')).toMatchObject({ status: 200 });
  });
});

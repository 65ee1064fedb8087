import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findGpus } from './find-gpus.js';

describe('findGpus', () => {
  it('finds what the driver shows, in order', () => {
    const devices = mkdtempSync(join(tmpdir(), 'millrace-devices-'));
    onTestFinished(() => rmSync(devices, { recursive: true }));
    for (const name of ['nvidia10', 'nvidia2', 'nvidiactl', 'nvidia-uvm', 'null']) writeFileSync(join(devices, name), '');
    expect(findGpus({}, devices)).toEqual(['2', '10']);
    expect(findGpus({}, join(devices, 'none'))).toEqual([]);
  });

  it('takes what the user allows instead', () => {
    expect(findGpus({ CUDA_VISIBLE_DEVICES: 'GPU-a, 1' })).toEqual(['GPU-a', '1']);
    expect(findGpus({ CUDA_VISIBLE_DEVICES: '-1' })).toEqual([]);
    expect(findGpus({ CUDA_VISIBLE_DEVICES: '' })).toEqual([]);
  });
});

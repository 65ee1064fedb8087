import { describe, expect, it } from 'vitest';
import { GpuLeases } from './gpu-leases.js';

describe('GpuLeases', () => {
  it('gives each device to one at a time, in order of asking', async () => {
    const leases = new GpuLeases(['0', '1']);
    expect(await leases.acquire('a', 1)).toEqual(['0']);
    const both = leases.acquire('b', 2);
    const later = leases.acquire('c', 1);
    leases.release('a');
    expect(await both).toEqual(['1', '0']);
    leases.release('b');
    expect(await later).toEqual(['1']);
  });

  it('lets one that waits give up', async () => {
    const leases = new GpuLeases(['0']);
    await leases.acquire('a', 1);
    const waiting = leases.acquire('b', 1);
    leases.release('b');
    expect(await waiting).toBeUndefined();
  });

  it('knows what an adopted attempt holds', async () => {
    const leases = new GpuLeases(['0', '1']);
    leases.hold('old', ['0']);
    expect(await leases.acquire('a', 1)).toEqual(['1']);
  });
});

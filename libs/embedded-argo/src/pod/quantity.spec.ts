import { describe, expect, it } from 'vitest';
import { readLimits, readQuantity } from './quantity.js';

describe('readQuantity', () => {
  it.each([
    ['500m', 0.5], ['2', 2], [2, 2], ['1.5Gi', 1.5 * 2 ** 30], ['100M', 1e8], ['2e3', 2_000], ['128974848', 128_974_848], ['.5', 0.5], ['3k', 3_000],
  ])('%s is %d', (text, value) => expect(readQuantity(text)).toBe(value));

  it.each(['', '0', '-1', '1 GB', 'much', '{{inputs.parameters.m}}', undefined])('takes %s for none', (text) => expect(readQuantity(text)).toBeUndefined());

  it('reads the limits of a container', () => {
    expect(readLimits({ cpu: '250m', memory: '64Mi', 'nvidia.com/gpu': '1' })).toEqual({ limits: { cpus: 0.25, memoryBytes: 67_108_864 } });
    expect(readLimits({ 'nvidia.com/gpu': '1' })).toEqual({});
  });
});

import { describe, expect, it } from 'vitest';
import { createDiagnosis } from './diagnose.js';
import { fine } from './finding.js';

describe('createDiagnosis', () => {
  it('looks again after half a minute, however many ask before, and at once after a failure', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    let looked = 0;
    let broken = false;
    const diagnose = createDiagnosis([{ name: 'count', examine: async () => [fine(`${(looked += 1)}`)] }], () => (broken ? Promise.reject(new Error('not open')) : undefined), () => now);
    const what = async () => (await diagnose()).findings[0]?.what;
    expect([await what(), await what()]).toEqual(['1', '1']);
    now = new Date('2026-01-01T00:00:30Z');
    expect(await what()).toBe('2');
    now = new Date('2026-01-01T00:01:00Z');
    broken = true;
    await expect(diagnose()).rejects.toThrow('not open');
    broken = false;
    expect(await what()).toBe('3');
  });
});

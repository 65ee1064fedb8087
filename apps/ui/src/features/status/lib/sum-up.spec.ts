import type { Finding } from '@millrace/api-contract';
import { describe, expect, it } from 'vitest';
import { sumUp } from './sum-up';

const finding = (check: string, verdict: Finding['verdict']): Finding => ({ check, verdict, what: check });

describe('sumUp', () => {
  it('puts what cannot work first and leaves the rest in the order in which it is told', () => {
    const told = [finding('a', 'ok'), finding('b', 'warning'), finding('c', 'unknown'), finding('d', 'error'), finding('e', 'warning'), finding('f', 'ok')];
    const { findings, counts } = sumUp({ findings: told });
    expect(findings.map(({ check }) => check)).toEqual(['d', 'b', 'e', 'c', 'a', 'f']);
    expect(counts).toEqual({ error: 1, warning: 2, unknown: 1, ok: 2 });
    expect(told[0]?.check).toBe('a');
  });
});

import type { Workflow } from '@millrace/argo';
import { describe, expect, it } from 'vitest';
import { slowAnswers } from './gate-delay.js';

const at = (second: number) => new Date(Date.parse('2026-03-02T10:00:00Z') + second * 1000).toISOString();
const workflow = (...delays: readonly number[]) =>
  ({
    status: {
      nodes: Object.fromEntries(
        delays.flatMap((delay, index) => [
          [`g${index}`, { id: `g${index}`, type: 'Suspend', finishedAt: at(index), children: [`p${index}`] }],
          [`p${index}`, { id: `p${index}`, type: 'Pod', templateName: 'pod', startedAt: at(index + delay) }],
        ]),
      ),
    },
  }) as unknown as Workflow;

describe('slowAnswers', () => {
  it('tells of an Argo that looks again after ten seconds', () => {
    expect(slowAnswers([workflow(10, 9.4), workflow(10.6)])).toBe(10_000);
  });

  it('says nothing of one that looks at once, nor of a single task that waited for something else', () => {
    expect(slowAnswers([workflow(0.3, 0.2, -0.6, 40)])).toBeUndefined();
  });

  it('says nothing while too little ran', () => {
    expect(slowAnswers([workflow(10, 10)])).toBeUndefined();
    expect(slowAnswers([{}])).toBeUndefined();
  });

  it('does not take a gate that was never followed by a pod', () => {
    expect(slowAnswers([{ status: { nodes: { g: { id: 'g', name: 'g', type: 'Suspend', finishedAt: at(0) } } } } as unknown as Workflow])).toBeUndefined();
  });
});

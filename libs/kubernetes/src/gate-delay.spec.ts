import type { Workflow } from '@millrace/argo';
import { describe, expect, it } from 'vitest';
import { slowAnswersWarning } from './gate-delay.js';

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

describe('slowAnswersWarning', () => {
  it('tells of an Argo that looks again after ten seconds, and what to set', () => {
    expect(slowAnswersWarning([workflow(10, 9.4), workflow(10.6)])).toMatch(/about 10 s .*DEFAULT_REQUEUE_TIME/);
  });

  it('says nothing of one that looks at once, nor of a single task that waited for something else', () => {
    expect(slowAnswersWarning([workflow(0.3, 0.2, -0.6, 40)])).toBeUndefined();
  });

  it('says nothing while too little ran', () => {
    expect(slowAnswersWarning([workflow(10, 10)])).toBeUndefined();
    expect(slowAnswersWarning([{}])).toBeUndefined();
  });

  it('does not take a gate that was never followed by a pod', () => {
    expect(slowAnswersWarning([{ status: { nodes: { g: { id: 'g', name: 'g', type: 'Suspend', finishedAt: at(0) } } } } as unknown as Workflow])).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { dependsExpression } from './depends.js';

const tolerant = { triggerPolicy: { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' } } as const;

describe('dependsExpression', () => {
  it.each([
    [{}, [], undefined],
    [{}, [{ name: 'x', kind: 'container' }], 'x'],
    [{}, [{ name: 'g', kind: 'dag' }], 'g.Succeeded'],
    [{}, [{ name: 'x', kind: 'container' }, { name: 'g', kind: 'dag' }], 'x && g.Succeeded'],
    [tolerant, [{ name: 'x', kind: 'container' }], '(x.Succeeded || x.Skipped || x.Failed || x.Errored || x.Omitted)'],
    [tolerant, [{ name: 'g', kind: 'dag' }], '(g.Succeeded || g.Failed || g.Errored || g.Skipped || g.Omitted)'],
  ] as const)('%j after %j: %s', (task, dependencies, expression) => {
    expect(dependsExpression(task, dependencies)).toBe(expression);
  });
});

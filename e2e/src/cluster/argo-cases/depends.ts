import { aDag, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, aCase, dagCase, leaves, task } from './a-case.js';

const ANY_END = '(a.Succeeded || a.Failed || a.Errored || a.Skipped || a.Omitted)';
const skipped = { when: 'no == yes' };

export const DEPENDS: readonly FixtureCase[] = [
  dagCase('depends-bare-name', { rule: 'a bare name waits for success; what comes after a failure is omitted, and what comes after that', pods: { '*.b': FAIL } }, [
    task('a'), task('b', { depends: 'a' }), task('c', { depends: 'b' }), task('d', { depends: 'c' }),
  ]),
  dagCase('depends-bare-name-skipped', { rule: 'a bare name accepts a skipped task, .Succeeded does not' }, [
    task('a', skipped), task('b', { depends: 'a' }), task('c', { depends: 'a.Succeeded' }), task('d', { depends: 'a.Skipped' }), task('e', { depends: 'c.Omitted' }),
  ]),
  dagCase('depends-dependencies', { rule: 'dependencies mean what bare names mean', pods: { '*.b': FAIL } }, [
    task('a'), task('b'), task('c', { dependencies: ['a'] }), task('d', { dependencies: ['a', 'b'] }),
  ]),
  dagCase('depends-failed', { rule: '.Failed runs after a failure and not after a success', pods: { '*.a': FAIL } }, [
    task('a'), task('b'), task('c', { depends: 'a.Failed' }), task('d', { depends: 'b.Failed' }),
  ]),
  aCase('depends-errored', { rule: '.Errored tells an error from a failure', pods: { '*.b': FAIL } }, [
    aDag('root', [task('a'), task('b'), task('c', { depends: 'a.Errored' }), task('d', { depends: 'a.Failed' }), task('e', { depends: 'b.Errored' })]),
    aPod('a', leaves('never-written')), aPod('b'), aPod('c'), aPod('d'), aPod('e'),
  ]),
  dagCase('depends-logic', { rule: 'not, and, or with parentheses, and names with dashes', pods: { '*.b-2': FAIL } }, [
    task('a-1'), task('b-2'), task('c', { depends: '!a-1.Failed && (b-2.Failed || b-2.Succeeded)' }), task('d', { depends: 'a-1 && !b-2.Failed' }), task('e', { depends: '!(a-1.Succeeded && b-2.Succeeded)' }),
  ]),
  dagCase('depends-every-end', { rule: 'a tolerant task runs after each kind of end, and the failure before it is forgotten', pods: { '*.a': FAIL } }, [task('a'), task('exit', { depends: ANY_END })]),
  dagCase('depends-every-end-omitted', { rule: 'a tolerant task runs after one that was omitted', pods: { '*.z': FAIL } }, [task('z'), task('a', { depends: 'z' }), task('exit', { depends: ANY_END })], { failFast: false }),
  dagCase('depends-three-causes', { rule: 'an omitted target takes the phase of the branch that led to it, failures first', pods: { '*.b': FAIL } }, [
    task('a'), task('b'), task('s', skipped), task('c', { depends: 'a && b && s' }),
  ]),
  dagCase('depends-omitted-without-failure', { rule: 'a run whose last task was omitted without a failure has succeeded' }, [task('a'), task('b', { depends: 'a.Failed' }), task('c', { depends: 'b' })]),
  dagCase('depends-order', { rule: 'a task waits for all that it names, whichever ends first', events: [{ finish: '~.b' }, { finish: '~.c' }, { finish: '~.a' }] }, [
    task('a'), task('b'), task('c', { depends: 'b' }), task('d', { depends: 'a && c' }),
  ]),
];

export const TARGETS: readonly FixtureCase[] = [
  dagCase('target-keeps-failure', { rule: 'a target that failed fails the DAG although a tolerant task came after it', pods: { '*.a': FAIL } }, [task('a'), task('exit', { depends: ANY_END })], { target: 'a exit', failFast: false }),
  dagCase('target-mid-chain', { rule: 'tolerance in mid-chain lets the rest run, and the target that failed fails the DAG', pods: { '*.a': FAIL } }, [
    task('a'), task('b', { depends: ANY_END }), task('c', { depends: 'b' }),
  ], { target: 'a c', failFast: false }),
  dagCase('target-leaves-out', { rule: 'what no target needs is not begun' }, [task('a'), task('b', { depends: 'a' }), task('c')], { target: 'a' }),
  dagCase('target-of-several', { rule: 'several targets, one of which is omitted after a failure', pods: { '*.b': FAIL } }, [task('a'), task('b'), task('c', { depends: 'a' }), task('d', { depends: 'b' })], { target: 'c d', failFast: false }),
  dagCase('target-before-failure', { rule: 'a failure behind the target is no part of the DAG', pods: { '*.b': FAIL } }, [task('a'), task('b', { depends: 'a' })], { target: 'a' }),
  dagCase('target-skipped', { rule: 'a skipped target after a tolerated failure', pods: { '*.a': FAIL } }, [task('a'), task('exit', { depends: ANY_END, when: 'no == yes' })], { target: 'a exit', failFast: false }),
];

export const FAIL_FAST: readonly FixtureCase[] = [
  dagCase('fail-fast-siblings', { rule: 'siblings of a failure go on, whatever failFast says', pods: { '*.a': FAIL }, events: [{ finish: '~.a' }, { finish: '~.b' }] }, [
    task('a'), task('b'), task('c', { depends: 'b' }), task('d', { depends: 'a' }),
  ], { failFast: true }),
  dagCase('fail-fast-off', { rule: 'without failFast all branches end', pods: { '*.a': FAIL }, events: [{ finish: '~.a' }, { finish: '~.b' }] }, [
    task('a'), task('b'), task('c', { depends: 'b' }), task('d', { depends: 'a' }),
  ], { failFast: false }),
  dagCase('fail-fast-default', { rule: 'failFast is on when nothing is said', pods: { '*.a': FAIL }, events: [{ finish: '~.a' }, { finish: '~.b' }] }, [task('a'), task('b'), task('c', { depends: 'b' })]),
  aCase('fail-fast-nested', { rule: 'a nested DAG that failed fails the outer one; its siblings go on', pods: { '*.part.x': FAIL }, events: [{ finish: '~.part.x' }, { finish: '~.b' }] }, [
    aDag('root', [task('part'), task('b'), task('c', { depends: 'b' }), task('d', { depends: 'part' })], { failFast: true }),
    aDag('part', [task('x'), task('y', { depends: 'x' })]), aPod('x'), aPod('y'), aPod('b'), aPod('c'), aPod('d'),
  ]),
  aCase('fail-fast-running', { rule: 'with failFast a failed target ends the DAG only when the rest has ended', pods: { '*.a': FAIL }, events: [{ finish: '~.part.a' }, { finish: '~.part.b' }] }, [
    aDag('root', [task('part'), task('after', { depends: 'part.Failed' })]),
    aDag('part', [task('a'), task('b'), task('c', { depends: 'b' })], { failFast: true }), aPod('a'), aPod('b'), aPod('c'), aPod('after'),
  ]),
  dagCase('continue-on', { rule: 'continueOn forgives the failure of a dependency and of a target', pods: { '*.a': FAIL, '*.c': FAIL } }, [
    task('a', { continueOn: { failed: true } }), task('b', { dependencies: ['a'] }), task('c', { continueOn: { failed: true } }),
  ]),
  dagCase('continue-on-error', { rule: 'continueOn.error does not forgive a failure', pods: { '*.a': FAIL } }, [task('a', { continueOn: { error: true } }), task('b', { dependencies: ['a'] })]),
];

import type { RetryStrategy, Template } from '@millrace/argo';
import { aDag, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, type Recipe, aCase, given, leaves, left, takes, task } from './a-case.js';

/** A task `t` that is tried again, and one after it. */
function retryCase(name: string, recipe: Recipe, retryStrategy: RetryStrategy, rest: Partial<Template> = {}): FixtureCase {
  return aCase(name, recipe, [aDag('root', [task('t'), task('after', { depends: 't' })]), aPod('t', { retryStrategy, ...rest }), aPod('after')]);
}

export const RETRIES: readonly FixtureCase[] = [
  retryCase('retry-then-good', { rule: 'a task is tried again, and what comes after hangs behind the last attempt', pods: { '*.t(0)': FAIL } }, { limit: '2' }),
  retryCase('retry-exhausted', { rule: 'when no attempt is left the task has failed', pods: { '*.t(*': FAIL } }, { limit: '1' }),
  retryCase('retry-limit-zero', { rule: 'limit 0 is one attempt', pods: { '*.t(*': FAIL } }, { limit: '0' }),
  retryCase('retry-without-limit', { rule: 'without a limit a task is tried until it succeeds', pods: { '*.t(0)': FAIL, '*.t(1)': FAIL, '*.t(2)': FAIL } }, {}),
  retryCase('retry-policy-on-failure', { rule: 'OnFailure does not try again after an error' }, { limit: '2', retryPolicy: 'OnFailure' }, leaves('never-written')),
  retryCase('retry-policy-default', { rule: 'the policy is OnFailure when nothing is said' }, { limit: '2' }, leaves('never-written')),
  retryCase('retry-policy-on-error', { rule: 'OnError tries again after an error', pods: { '*.t(1)': left({ x: 'here' }) } }, { limit: '2', retryPolicy: 'OnError' }, leaves('x')),
  retryCase('retry-policy-on-error-failed', { rule: 'OnError does not try again after a failure', pods: { '*.t(*': FAIL } }, { limit: '2', retryPolicy: 'OnError' }),
  retryCase('retry-policy-always', { rule: 'Always tries again after both', pods: { '*.t(0)': { ...FAIL, ...left({ x: '1' }) }, '*.t(2)': left({ x: '3' }) } }, { limit: '3', retryPolicy: 'Always' }, leaves('x')),
  retryCase('retry-policy-transient', { rule: 'OnTransientError does not try again after a failure', pods: { '*.t(*': FAIL } }, { limit: '2', retryPolicy: 'OnTransientError' }),
  retryCase('retry-expression', { rule: 'an expression decides with the last exit code', pods: { '*.t(0)': { exitCode: 3 }, '*.t(1)': { exitCode: 2 } } }, { limit: '5', expression: 'asInt(lastRetry.exitCode) > 2' }),
  retryCase('retry-lost', { rule: 'a pod that is deleted has failed by a signal, which OnError does not try again', events: [{ lose: '~.t(0)' }] }, { limit: '1', retryPolicy: 'OnError' }),
  aCase('lost', { rule: 'a pod that is deleted has failed by a signal', events: [{ lose: '~.t' }] }, [aDag('root', [task('t'), task('after', { depends: 't' })]), aPod('t'), aPod('after')]),
  retryCase('retry-backoff', { rule: 'a task waits before it is tried again', pods: { '*.t(0)': FAIL, '*.t(1)': FAIL } }, { limit: '3', backoff: { duration: '2s', factor: '2' } }),
  retryCase('retry-backoff-max-duration', { rule: 'no further attempt begins when its wait would end after maxDuration', pods: { '*.t(*': FAIL } }, { limit: '5', backoff: { duration: '30s', factor: '2', maxDuration: '20s' } }),
  retryCase('retry-tags', { rule: 'an attempt knows its number and how the one before ended', pods: { '*.t(0)': { exitCode: 7 }, '*.t(1)': { exitCode: 8 } } }, { limit: '2' }, {
    container: { image: 't', command: ['run'], args: ['{{retries}}', '{{lastRetry.exitCode}}', '{{lastRetry.status}}', '{{lastRetry.message}}', '{{pod.name}}', '{{node.name}}', '{{tasks.name}}'] },
  }),
  aCase('retry-outputs', { rule: 'the outputs, the state and the id of a retried task are those of its last attempt', pods: { '*.t(0)': { ...FAIL, ...left({ x: 'first' }) }, '*.t(1)': left({ x: 'second' }) } }, [
    aDag('root', [task('t'), task('use', { depends: 't', ...given({ x: '{{tasks.t.outputs.parameters.x}}', status: '{{tasks.t.status}}', code: '{{tasks.t.exitCode}}', id: '{{tasks.t.id}}' }) })]),
    aPod('t', { retryStrategy: { limit: '2' }, ...leaves('x') }), aPod('use', takes('x', 'status', 'code', 'id')),
  ]),
  aCase('retry-limit-from-input', { rule: 'a limit may be an input', pods: { '*.t(*': FAIL } }, [
    aDag('root', [task('t', given({ n: '1' }))]), aPod('t', { ...takes('n'), retryStrategy: { limit: '{{inputs.parameters.n}}' } }),
  ]),
  aCase('retry-in-loop', { rule: 'items are tried again each for itself', pods: { '*b)(*': FAIL, '*a)(0)': FAIL } }, [
    aDag('root', [task('t', { withItems: ['a', 'b'] as never, ...given({ x: '{{item}}' }) }), task('after', { depends: 't' }), task('any', { depends: 't.AnySucceeded' })]),
    aPod('t', { ...takes('x'), retryStrategy: { limit: '1' } }), aPod('after'), aPod('any'),
  ]),
  aCase('retry-of-root', { rule: 'a workflow that is one pod may be tried again', pods: { '~(0)': FAIL } }, [aPod('t', { retryStrategy: { limit: '1' } })]),
  aCase('retry-of-dag', { rule: 'a whole DAG may be tried again', pods: { '*(0).b': FAIL } }, [
    aDag('root', [task('part'), task('after', { depends: 'part' })]),
    { ...aDag('part', [task('a'), task('b', { depends: 'a' })]), retryStrategy: { limit: '1' } }, aPod('a'), aPod('b'), aPod('after'),
  ]),
  aCase('retry-tolerated', { rule: 'what is tolerant runs after the last attempt failed', pods: { '*.t(*': FAIL } }, [
    aDag('root', [task('t'), task('exit', { depends: 't.Succeeded || t.Failed || t.Errored' })], { target: 't exit', failFast: false }), aPod('t', { retryStrategy: { limit: '1' } }), aPod('exit'),
  ]),
  aCase('retry-of-workflow', { rule: 'spec.retryStrategy holds for templates without one', pods: { '*.t(0)': FAIL } }, [aDag('root', [task('t')]), aPod('t')], { retryStrategy: { limit: '1' } }),
];

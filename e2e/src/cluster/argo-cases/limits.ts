import { aDag, aGate, aPod, type FixtureCase } from '@millrace/embedded-argo/testing';
import { FAIL, aCase, dagCase, given, takes, task } from './a-case.js';

const wide = ['a', 'b', 'c', 'd'].map((name) => task(name, { template: 'pod' }));
const ALL_HELD = { '~*': { hold: true } } as const;

const exits = (name: string) => aPod(name, { container: { image: name, command: ['run'], args: ['{{workflow.status}}'] } });

export const LIMITS: readonly FixtureCase[] = [
  dagCase('parallelism-workflow', { rule: 'spec.parallelism bounds the pods of a workflow', pods: ALL_HELD, events: [{ finish: '~.a' }], endless: true }, wide, {}, { parallelism: 2 }),
  dagCase('parallelism-workflow-zero', { rule: 'spec.parallelism 0', pods: ALL_HELD, endless: true }, wide, {}, { parallelism: 0 }),
  dagCase('parallelism-template', { rule: 'parallelism of a DAG bounds its tasks', pods: ALL_HELD, events: [{ finish: '~.b' }], endless: true }, wide, { parallelism: 2 }),
  dagCase('parallelism-template-zero', { rule: 'parallelism 0 of a template', pods: ALL_HELD, endless: true }, wide, { parallelism: 0 }),
  dagCase('parallelism-ends', { rule: 'all tasks run in the end, in their order', pods: {}, events: [{ finish: '~.a' }, { finish: '~.b' }] }, wide, { parallelism: 1 }),
  dagCase('parallelism-failed', { rule: 'tasks that the limit held back begin after a failure', pods: { '~.a': FAIL }, events: [{ finish: '~.a' }] }, wide, { parallelism: 1 }),
  dagCase('parallelism-failed-fail-fast-off', { rule: 'tasks that the limit held back begin after a failure, without failFast', pods: { '~.a': FAIL }, events: [{ finish: '~.a' }] }, wide, { parallelism: 1, failFast: false }),
  aCase('parallelism-nested', { rule: 'the limit of a DAG counts the DAGs in it as one each', pods: ALL_HELD, endless: true }, [
    { ...aDag('root', ['p', 'q', 'r'].map((name) => task(name, { template: 'part' }))), parallelism: 2 }, aDag('part', [task('x', { template: 'pod' }), task('y', { template: 'pod' })]), aPod('pod'),
  ]),
  aCase('parallelism-gates', { rule: 'gates do not count against the limit', pods: ALL_HELD, endless: true }, [
    { ...aDag('root', [task('g', { template: 'gate' }), task('h', { template: 'gate' }), task('a', { template: 'pod' }), task('b', { template: 'pod' })]), parallelism: 1 }, aGate(), aPod('pod'),
  ]),
  aCase('parallelism-loop-of-dags', { rule: 'the limit of a loop over DAGs counts iterations', pods: ALL_HELD, endless: true }, [
    { ...aDag('root', [task('it', { template: 'part', withParam: '[1,2,3]', ...given({ i: '{{item}}' }) })]), parallelism: 2 }, { ...aDag('part', [task('g', { template: 'gate' }), task('x', { template: 'pod' }), task('y', { template: 'pod' })]), ...takes('i') }, aGate(), aPod('pod'),
  ]),
  aCase('deadline-pod', { rule: 'a pod that runs longer than its deadline has failed', pods: { '~.a': { hold: true } } }, [aDag('root', [task('a'), task('b', { depends: 'a.Failed' })]), aPod('a', { activeDeadlineSeconds: 4 as unknown as string }), aPod('b')]),
  dagCase('deadline-workflow', { rule: 'a workflow that runs longer than its deadline has failed', pods: { '~.a': { hold: true } } }, [task('a'), task('b', { depends: 'a' }), task('c', { depends: 'a.Failed' })], {}, { activeDeadlineSeconds: 8 }),
  aCase('deadline-workflow-gate', { rule: 'the deadline of a workflow ends its gates' }, [aDag('root', [task('g', { template: 'gate' }), task('b', { depends: 'g' })], { failFast: false }), aGate(), aPod('b')], { activeDeadlineSeconds: 4 }),
  aCase('timeout-template', { rule: 'the timeout of a template', pods: { '~.a': { hold: true } } }, [aDag('root', [task('a'), task('b', { depends: 'a.Failed' })]), aPod('a', { timeout: '5s' }), aPod('b')]),
];

const STAGES = [
  task('gate'), task('pod'), task('loop'), task('retry'),
  task('after', { template: 'pod', depends: 'pod' }), task('exit', { template: 'pod', depends: 'pod.Succeeded || pod.Failed' }),
];
const busy = [aDag('root', STAGES), aGate(), aPod('pod'), aPod('retry', { retryStrategy: { limit: '3' } }), { ...aDag('loop', [task('it', { template: 'pod', withParam: '[1,2,3]' })]), parallelism: 1 }];

export const ENDS: readonly FixtureCase[] = [
  aCase('shutdown-terminate', { rule: 'Terminate ends everything', pods: ALL_HELD, events: [{ shutdown: 'Terminate', while: '~.pod' }] }, busy),
  aCase('shutdown-stop', { rule: 'Stop ends everything but what runs at the end', pods: ALL_HELD, events: [{ shutdown: 'Stop', while: '~.pod' }] }, busy),
  aCase('shutdown-stop-exit', { rule: 'after Stop the exit handler runs', pods: { '~.a': { hold: true } }, events: [{ shutdown: 'Stop', while: '~.a' }] }, [aDag('root', [task('a'), task('b', { depends: 'a' })]), aPod('a'), aPod('b'), exits('tidy')], { onExit: 'tidy' }),
  aCase('shutdown-terminate-exit', { rule: 'after Terminate the exit handler does not run', pods: { '~.a': { hold: true } }, events: [{ shutdown: 'Terminate', while: '~.a' }] }, [aDag('root', [task('a'), task('b', { depends: 'a' })]), aPod('a'), aPod('b'), exits('tidy')], { onExit: 'tidy' }),
  aCase('shutdown-gates', { rule: 'Terminate fails open gates', events: [{ shutdown: 'Terminate', while: '~.g' }] }, [aDag('root', [task('g', { template: 'gate' }), task('h', { template: 'gate' }), task('x', { depends: 'g' })], { failFast: false }), aGate(), aPod('x')]),
  aCase('exit-good', { rule: 'the exit handler runs after success and knows it' }, [aDag('root', [task('a')]), aPod('a'), exits('tidy')], { onExit: 'tidy' }),
  aCase('exit-failed', { rule: 'the exit handler runs after a failure and knows it; the workflow has failed', pods: { '~.a': FAIL } }, [aDag('root', [task('a'), task('b', { depends: 'a' })]), aPod('a'), aPod('b'), exits('tidy')], { onExit: 'tidy' }),
  aCase('exit-itself-fails', { rule: 'an exit handler that fails fails the workflow', pods: { '*onExit': FAIL } }, [aDag('root', [task('a')]), aPod('a'), exits('tidy')], { onExit: 'tidy' }),
  aCase('exit-dag', { rule: 'the exit handler may be a DAG', pods: { '~.a': FAIL } }, [aDag('root', [task('a')]), aPod('a'), aDag('tidy', [task('x'), task('y', { depends: 'x' })]), exits('x'), aPod('y')], { onExit: 'tidy' }),
  aCase('exit-deadline', { rule: 'the exit handler runs after the deadline', pods: { '~.a': { hold: true } } }, [aDag('root', [task('a')]), aPod('a'), exits('tidy')], { onExit: 'tidy', activeDeadlineSeconds: 5 }),
  aCase('exit-of-task', { rule: 'a task may have an exit handler of its own', pods: { '~.a': FAIL } }, [aDag('root', [task('a', { onExit: 'tidy' }), task('b', { depends: 'a.Failed', hooks: { exit: { template: 'tidy' } } })]), aPod('a'), aPod('b'), aPod('tidy')]),
  aCase('exit-of-task-expression', { rule: 'an exit handler of a task may have a condition' }, [aDag('root', [task('a', { hooks: { exit: { template: 'tidy', expression: 'tasks.a.status == "Failed"' } } })]), aPod('a'), aPod('tidy')]),
  aCase('one-pod', { rule: 'a workflow may be one pod', pods: { '~': FAIL } }, [aPod('only')]),
];

import { PipelineError } from '@millrace/errors';
import { describe, expect, it } from 'vitest';
import type { KubeClient, KubeRequest } from './kube-client.js';
import { KubernetesAttemptPods } from './kubernetes-attempt-pods.js';

const attempt = { namespace: 'ns', workflow: 'wf', nodeId: 'wf-123', templateName: 'pod-a' };
const aPod = (main?: object, name = 'wf-pod-a-123', nodeId = 'wf-123') => ({
  metadata: { name, uid: `uid-${name}`, annotations: { 'workflows.argoproj.io/node-id': nodeId } },
  status: { containerStatuses: [{ name: 'wait', state: { running: { startedAt: '2026-03-02T09:00:00Z' } } }, { name: 'main', state: main }] },
});

/** As Kubernetes 1.35 leaves a pod whose container it starts again by its exit code. */
const aPodWhoseWait = (wait: object) => ({ ...aPod({ terminated: { startedAt: '2026-03-02T10:00:03Z', finishedAt: '2026-03-02T10:00:09Z' } }), status: { containerStatuses: [{ name: 'main', state: {} }, { name: 'wait', ...wait }] } });

function aCluster(pods: Pick<ReturnType<typeof aPod>, 'metadata'>[], events: object[] = [], { refuses = () => undefined }: { readonly refuses?: (request: string) => Error | undefined } = {}) {
  const asked: string[] = [];
  const client = {
    async json({ method, path, query, body }: KubeRequest) {
      if (method !== undefined) {
        const request = `${method} ${path} ${JSON.stringify(body)}`;
        asked.push(request);
        const refusal = refuses(request);
        if (refusal !== undefined) throw refusal;
        return undefined;
      }
      asked.push([path.split('/').at(-1), query?.['fieldSelector']].filter((part) => part !== undefined).join(' '));
      if (path === '/api/v1/namespaces/ns/events') return { items: events, metadata: { resourceVersion: '1' } };
      const found = pods.find(({ metadata }) => path === `/api/v1/namespaces/ns/pods/${metadata.name}`);
      if (found === undefined) throw new PipelineError('NOT_FOUND', `${path} is not there`);
      return found;
    },
  } as unknown as KubeClient;
  return { pods: new KubernetesAttemptPods(client), asked };
}

describe('what a pod tells of an attempt', () => {
  it('is when its own container ran', async () => {
    const terminated = { startedAt: '2026-03-02T10:00:03Z', finishedAt: '2026-03-02T10:00:09Z' };
    expect(await aCluster([aPod({ terminated })]).pods.timesOf(attempt)).toEqual({ startedAt: new Date(terminated.startedAt), finishedAt: new Date(terminated.finishedAt) });
    expect(await aCluster([aPod({ running: { startedAt: terminated.startedAt } })]).pods.timesOf(attempt)).toEqual({ startedAt: new Date(terminated.startedAt) });
  });

  it.each([
    ['a container that was never started', { terminated: { startedAt: null, finishedAt: null } }],
    ['one that waits', { waiting: { reason: 'PodInitializing' } }],
    ['one whose times were never set', { terminated: { startedAt: '1970-01-01T00:00:00Z', finishedAt: '1970-01-01T00:00:00Z' } }],
  ])('is nothing of %s', async (_what, state) => {
    expect(await aCluster([aPod(state)]).pods.timesOf(attempt)).toBeUndefined();
  });

  it('is found under either name that Argo gives pods, long ones too, and never taken from another attempt', async () => {
    const terminated = { startedAt: '2026-03-02T10:00:03Z', finishedAt: '2026-03-02T10:00:09Z' };
    expect(await aCluster([aPod({ terminated }, 'wf-123')]).pods.timesOf(attempt)).toBeDefined();
    expect(await aCluster([aPod({ terminated }, 'wf-pod-a-123', 'wf-999')]).pods.timesOf(attempt)).toBeUndefined();
    const templateName = `pod-${'x'.repeat(300)}`;
    expect(await aCluster([aPod({ terminated }, `${`wf-${templateName}`.slice(0, 242)}-123`)]).pods.timesOf({ ...attempt, templateName })).toBeDefined();
  });

  const event = (reason: string, message: string, lastTimestamp: string, involvedObject: object = { name: 'wf-pod-a-123', uid: 'uid-wf-pod-a-123' }) => ({ reason, message, lastTimestamp, involvedObject, metadata: { creationTimestamp: '2026-03-02T10:00:00Z' } });
  it('is the newest warning while it does not start', async () => {
    const { pods, asked } = aCluster(
      [aPod({ waiting: {} })],
      [
        event('FailedMount', 'old', '2026-03-02T10:00:00Z'),
        event('FailedMount', 'secret "s" not found', '2026-03-02T10:00:30Z'),
        event('Unhealthy', 'no', '2026-03-02T10:00:40Z'),
        event('FailedMount', 'of the pod of this name before', '2026-03-02T10:00:50Z', { name: 'wf-pod-a-123', uid: 'another' }),
        event('FailedMount', 'of another pod', '2026-03-02T10:00:50Z', { name: 'wf-pod-b-456' }),
      ],
    );
    expect(await pods.whyWaiting(attempt)).toBe('FailedMount: secret "s" not found');
    expect(asked).toContain('events involvedObject.kind=Pod,type=Warning');
    expect(await aCluster([]).pods.whyWaiting(attempt)).toBeUndefined();
  });

  it('is asked for many pods at once with one request', async () => {
    const { pods, asked } = aCluster([aPod({ waiting: {} })], [event('FailedMount', 'of another pod', '2026-03-02T10:00:50Z', { name: 'wf-pod-b-456' })]);
    const reasons = await Promise.all(Array.from({ length: 20 }, (_, number) => pods.whyWaiting({ ...attempt, nodeId: `wf-${number}` })));
    expect(reasons.filter((reason) => reason !== undefined)).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  const failure = { exitCode: 64, reason: 'Error', message: 'failed to put directory: The specified bucket does not exist.; ' };
  const reason = 'failed to put directory: The specified bucket does not exist.';
  it.each([
    ['has not failed', { restartCount: 0, state: { running: {} }, lastState: {} }, { failures: 0, reason: '' }],
    ['has failed and pauses', { restartCount: 0, state: { terminated: failure }, lastState: {} }, { failures: 1, reason }],
    ['pauses and waits', { restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: failure } }, { failures: 4, reason }],
    ['tries again', { restartCount: 4, state: { running: {} }, lastState: { terminated: failure } }, { failures: 4, reason }],
    ['crashed without a word', { restartCount: 0, state: { terminated: { exitCode: 2, reason: 'Error' } }, lastState: {} }, { failures: 1, reason: "Argo's executor ended with exit code 2" }],
    ['has succeeded at last', { restartCount: 1, state: { terminated: { exitCode: 0, reason: 'Completed' } }, lastState: { terminated: failure } }, { failures: 1, reason: '', done: true }],
  ])('is how taking its files away goes where that %s', async (_what, wait, expected) => {
    expect(await aCluster([aPodWhoseWait(wait)]).pods.handOverOf(attempt)).toEqual(expected);
  });

  it('is nothing of its files where the pod is gone', async () => {
    expect(await aCluster([]).pods.handOverOf(attempt)).toBeUndefined();
  });

  it('is told to Argo as its own executor would have, where that has not', async () => {
    const result = 'PATCH /apis/argoproj.io/v1alpha1/namespaces/ns/workflowtaskresults/wf-123';
    const test = `${result} [{"op":"test","path":"/metadata/labels/workflows.argoproj.io~1report-outputs-completed","value":"true"}]`;
    const told = aCluster([aPod()]);
    expect(await told.pods.tellDone(attempt)).toBe(false);
    expect(told.asked).toEqual([test]);
    const untold = aCluster([aPod()], [], { refuses: (request) => (request === test ? new PipelineError('INVALID_ARGUMENT', 'testing value failed') : undefined) });
    expect(await untold.pods.tellDone(attempt)).toBe(true);
    expect(untold.asked).toEqual([test, `${result} {"metadata":{"labels":{"workflows.argoproj.io/report-outputs-completed":"true"}}}`]);
    const away = aCluster([aPod()], [], { refuses: () => new PipelineError('UNAVAILABLE', 'away') });
    await expect(away.pods.tellDone(attempt)).rejects.toThrow('away');
  });

  it('ends with this very pod where it is given up', async () => {
    const { pods, asked } = aCluster([aPod()]);
    await pods.giveUp(attempt);
    expect(asked.at(-1)).toBe('DELETE /api/v1/namespaces/ns/pods/wf-pod-a-123 {"preconditions":{"uid":"uid-wf-pod-a-123"}}');
    await aCluster([]).pods.giveUp(attempt);
  });
});

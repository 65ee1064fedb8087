import { slowAnswers, type KubeClient } from '@millrace/kubernetes';
import { fine, warning, type Check } from '../finding.js';
import { listAll } from '../request.js';

/** Enough to judge by, and no burden. */
const WORKFLOWS = 20;

/** How soon Argo goes on after a task was decided, seen from runs that are over: its settings are often out of reach. */
export const argoPace: Check<{ readonly client: KubeClient; readonly namespace: string }> = {
  name: 'argo-pace',
  async examine({ client, namespace }) {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflows`;
    const workflows = await listAll<Parameters<typeof slowAnswers>[0][number]>(client, path, { labelSelector: 'pipeline/persistedFinalState=true', limit: WORKFLOWS });
    const slow = slowAnswers(workflows);
    if (slow === undefined) return [fine('Argo goes on at once after answers, or too little ran to tell.')];
    return [warning({ what: `Argo takes about ${Math.round(slow / 1000)} s to go on after a task was decided.`, why: 'Each task that waits for a value is late by that.', remedy: 'Set DEFAULT_REQUEUE_TIME of its workflow-controller to 300ms.' })];
  },
};

import { LABEL_PERSISTED, LABEL_RUN_ID, type Workflow } from '@millrace/argo';
import { fine, warning, type Check, type Outcome } from '../finding.js';
import { listAll } from '../request.js';
import type { ServiceContext } from './service-context.js';

/** Enough to say that somebody is missing, and no burden: a Workflow may have a mebibyte. */
const WORKFLOWS = 20;
const LATE_MS = 60_000;

/** Whether Argo takes up the runs and persistence agents follow them, by what the Workflows say: who works, and how, is often out of reach. */
export const following: Check<Pick<ServiceContext, 'client' | 'namespace' | 'clock'>> = {
  name: 'following',
  async examine({ client, namespace, clock }) {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/workflows`;
    const late = async (labelSelector: string, since: (workflow: Workflow) => string | undefined): Promise<number> => {
      const workflows = await listAll<Workflow>(client, path, { labelSelector, limit: WORKFLOWS });
      return workflows.filter((workflow) => clock().getTime() - Date.parse(since(workflow) ?? '') > LATE_MS).length;
    };
    const [untaken, unstored] = await Promise.all([
      late(`${LABEL_RUN_ID},!workflows.argoproj.io/phase`, ({ metadata }) => metadata.creationTimestamp),
      late(`${LABEL_RUN_ID},workflows.argoproj.io/completed=true,!${LABEL_PERSISTED}`, ({ status }) => status?.finishedAt),
    ]);
    const outcomes: Outcome[] = [];
    if (untaken > 0) {
      outcomes.push(
        warning({
          what: `Argo has not looked at ${runs(untaken).toLowerCase()} for more than a minute.`,
          why: 'Their tasks do not start, and nothing says why.',
          remedy: 'See that its workflow-controller runs, that it looks at this namespace, and that MILLRACE_ARGO_INSTANCE_ID is its instance id: millrace doctor --cluster tells.',
        }),
      );
    }
    if (unstored > 0) {
      outcomes.push(
        warning({
          what: `${runs(unstored)} ended more than a minute ago and ${unstored === 1 ? 'is' : 'are'} not stored yet.`,
          why: 'Pages and clients still see them run: persistence agents are away or behind.',
          remedy: 'See whether their pods are ready, and their logs; millrace doctor --cluster says who of them works for which runs.',
        }),
      );
    }
    return outcomes.length > 0 ? outcomes : [fine('Argo takes up what is submitted, and what ended is stored.')];
  },
};

const runs = (count: number): string => (count === WORKFLOWS ? `${count} runs or more` : count === 1 ? 'One run' : `${count} runs`);

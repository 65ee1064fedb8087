import type { KubeClient } from './kube-client.js';

/** Something that a program has to be allowed. */
export interface Right {
  readonly verb: string;
  /** `workflows.argoproj.io`, `pods`, `pods/log`. */
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
}

/** Those of the rights that the client's account does not have, as sentences that say what is to be granted. */
export async function missingRights(client: KubeClient, rights: readonly Right[]): Promise<readonly string[]> {
  const answers = await Promise.all(rights.map(async (right) => ({ right, allowed: await isAllowed(client, right) })));
  return answers.flatMap(({ right, allowed }) => (allowed ? [] : [describeRight(right)]));
}

async function isAllowed(client: KubeClient, { verb, resource, namespace }: Right): Promise<boolean> {
  const [path = '', subresource] = resource.split('/', 2);
  const [plural, ...group] = path.split('.');
  const review = await client.json<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb, resource: plural, group: group.join('.'), ...(subresource !== undefined && { subresource }), ...(namespace !== undefined && { namespace }) } },
    },
  });
  return review.status?.allowed === true;
}

function describeRight({ verb, resource, namespace }: Right): string {
  return `${verb} ${resource} ${namespace === undefined ? 'in the whole cluster (ClusterRole)' : `in namespace "${namespace}" (Role)`}`;
}

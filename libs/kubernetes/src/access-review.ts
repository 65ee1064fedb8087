import type { KubeClient } from './kube-client.js';

/** Something that a program has to be allowed. */
export interface Right {
  readonly verb: string;
  /** `workflows.argoproj.io`, `pods`, `pods/log`. */
  readonly resource: string;
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** Of this object alone. @default of any */
  readonly name?: string;
}

export interface ReviewOptions {
  /** Somebody else's rights, which takes the right to ask (an administrator's). @default those of the client's own account */
  readonly account?: { readonly namespace: string; readonly name: string };
}

/** Those of the rights that the account does not have, as sentences that say what is to be granted. */
export async function missingRights(client: KubeClient, rights: readonly Right[], options: ReviewOptions = {}): Promise<readonly string[]> {
  const answers = await Promise.all(rights.map((right) => hasRight(client, right, options)));
  return rights.flatMap((right, index) => (answers[index] === true ? [] : [describeRight(right)]));
}

/** Whether the account has the right. */
export async function hasRight(client: KubeClient, { verb, resource, namespace, name }: Right, { account }: ReviewOptions = {}): Promise<boolean> {
  const [path = '', subresource] = resource.split('/', 2);
  const [plural, ...group] = path.split('.');
  const resourceAttributes = { verb, resource: plural, group: group.join('.'), ...(subresource !== undefined && { subresource }), ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) };
  const kind = account === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const review = await client.json<{ status?: { allowed?: boolean } }>({
    method: 'POST',
    path: `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
    body: { apiVersion: 'authorization.k8s.io/v1', kind, spec: { resourceAttributes, ...(account !== undefined && subjectOf(account)) } },
  });
  return review.status?.allowed === true;
}

/** As the API server knows the pods of a service account. */
function subjectOf({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return { user: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] };
}

function describeRight({ verb, resource, namespace, name }: Right): string {
  return `${verb} ${resource}${name === undefined ? '' : ` "${name}"`} ${namespace === undefined ? 'in the whole cluster (ClusterRole)' : `in namespace "${namespace}" (Role)`}`;
}

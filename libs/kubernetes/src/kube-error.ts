import { PipelineError, type ErrorCode } from '@millrace/errors';
import type { KubeRequest } from './kube-client.js';

/** What the API server sends with a refusal. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly request: Pick<KubeRequest, 'method' | 'path'>;
  readonly retryAfter?: string | readonly string[];
}

/** A version that a watch or a page was to go on from is forgotten by the server: list again. */
export class ExpiredError extends PipelineError {
  constructor(message: string) {
    super('ABORTED', message, { details: { reason: 'Expired' } });
  }
}

/** An object that Kubernetes or Argo cannot take because of its size. Trying again does not help. */
export class TooLargeError extends PipelineError {
  constructor(message: string, details?: Readonly<Record<string, unknown>>) {
    super('RESOURCE_EXHAUSTED', message, { details: { ...details, reason: 'TooLarge' } });
  }
}

/** The error that stands for an answer of the API server that is no success. */
export function toPipelineError(refusal: Refusal): PipelineError {
  const { status, request } = refusal;
  const given = readStatus(refusal.text);
  const message = given.message ?? (refusal.text.trim().slice(0, 500) || `HTTP ${status}`);
  const details = { status, reason: given.reason, path: request.path };
  const error = (code: ErrorCode, text: string, more?: Readonly<Record<string, unknown>>) => new PipelineError(code, text, { details: { ...details, ...more } });

  // The version is of a time that this server has not come to: it was restored from a backup.
  if (/too large resource version/i.test(message)) return new ExpiredError(message);
  // etcd's own limit comes as a failure of the server, which it is not.
  if (/request is too large|Request entity too large|trying to send message larger than max/i.test(message)) return new TooLargeError(`Kubernetes cannot store the object: ${message}`, details);
  switch (status) {
    case 400:
      return error('INVALID_ARGUMENT', `Kubernetes refused the request: ${message}`);
    case 401:
      return error('UNAUTHENTICATED', 'The Kubernetes API does not accept the credentials; check the token of the service account or the kube config.');
    case 403:
      return error('PERMISSION_DENIED', explainForbidden(message));
    case 404:
      return given.details?.name === undefined && /could not find the requested resource|page not found/.test(message)
        ? error('FAILED_PRECONDITION', `The Kubernetes API does not know ${kindOf(request.path)}; install its CustomResourceDefinition.`)
        : error('NOT_FOUND', message);
    case 409:
      return given.reason === 'AlreadyExists' ? error('ALREADY_EXISTS', message) : error('ABORTED', `${message} Read it again and recompute the change.`);
    case 410:
      return new ExpiredError(message);
    case 413:
      return new TooLargeError(`Kubernetes cannot store the object: ${message}`, details);
    case 422: {
      const causes = (given.details?.causes ?? []).map(({ field, message: why }) => ({ path: field ?? '', message: why ?? '' }));
      return error('INVALID_ARGUMENT', `Kubernetes refused the object: ${message}${FULL_DEFINITION.test(message) ? FULL_DEFINITION_REMEDY : ''}`, { causes });
    }
    default:
      if (status === 429 || status >= 500) return error('UNAVAILABLE', `The Kubernetes API cannot answer now: ${message}`, { retryAfterSeconds: retryAfter(refusal, given) });
      return error('INTERNAL', `The Kubernetes API answered ${status}: ${message}`);
  }
}

/** Worth another attempt later, with the same content. */
export function isTransient(error: unknown): boolean {
  return error instanceof PipelineError && error.code === 'UNAVAILABLE';
}

/** Argo's definition with a schema bounds the lists of a Workflow so that the API server can check its rules. */
const FULL_DEFINITION = /spec\.templates(\[\d+\]\.dag\.tasks)?: Too many/;
const FULL_DEFINITION_REMEDY = " Argo's full definition takes 200 tasks at one level and 200 templates of one Workflow: let the cluster's administrator install the minimal one, which has no limit, or split the pipeline.";

function readStatus(text: string): Status {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as Status) : {};
  } catch {
    return {};
  }
}

/** Names who lacks which right, so that it can be granted; refusals with other reasons (a quota, a policy) as they are. */
function explainForbidden(message: string): string {
  const [, user, verb, resource, group, where] = /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(.*)$/.exec(message) ?? [];
  if (user === undefined) return `Kubernetes forbids it: ${message}`;
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(user);
  const who = account ? `Service account "${account[2]}" of namespace "${account[1]}"` : `User "${user}"`;
  const what = group === '' ? resource : `${resource}.${group}`;
  const scope = /in the namespace "([^"]+)"/.exec(where ?? '')?.[1];
  return `${who} may not ${verb} ${what}${scope === undefined ? ' in the whole cluster' : ` in namespace "${scope}"`}; grant it by a ${scope === undefined ? 'ClusterRole' : 'Role'} and its binding.`;
}

function kindOf(path: string): string {
  const [, group, rest = ''] = /^\/apis\/([^/]+)\/[^/]+\/(.*)$/.exec(path) ?? [];
  const plural = rest.replace(/^namespaces\/[^/]+\//, '').split('/')[0];
  return group === undefined ? path : `${plural}.${group}`;
}

function retryAfter({ retryAfter: header }: Refusal, { details }: Status): number | undefined {
  const seconds = Number(header ?? details?.retryAfterSeconds);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

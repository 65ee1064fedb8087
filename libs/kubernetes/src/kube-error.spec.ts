import { describe, expect, it } from 'vitest';
import { toPipelineError } from './kube-error.js';

const request = { path: '/apis/argoproj.io/v1alpha1/namespaces/ns/workflows' };
const refused = (status: number, body: object | string) => toPipelineError({ status, text: typeof body === 'string' ? body : JSON.stringify(body), request });

describe('toPipelineError', () => {
  it.each([
    ['a right that is missing', 403, { reason: 'Forbidden', message: 'workflows.argoproj.io is forbidden: User "system:serviceaccount:millrace:api" cannot create resource "workflows" in API group "argoproj.io" in the namespace "team-a"' }, 'PERMISSION_DENIED', 'Service account "api" of namespace "millrace" may not create workflows.argoproj.io in namespace "team-a"; grant it by a Role and its binding.'],
    ['a right in the whole cluster', 403, { message: 'namespaces is forbidden: User "ann" cannot list resource "namespaces" in API group "" at the cluster scope' }, 'PERMISSION_DENIED', 'User "ann" may not list namespaces in the whole cluster; grant it by a ClusterRole and its binding.'],
    ['a quota', 403, { message: 'workflows "a" is forbidden: exceeded quota: team' }, 'PERMISSION_DENIED', 'Kubernetes forbids it: workflows "a" is forbidden: exceeded quota: team'],
    ['a definition that is not installed', 404, '404 page not found\n', 'FAILED_PRECONDITION', 'The Kubernetes API does not know workflows.argoproj.io; install its CustomResourceDefinition.'],
    ['a name that is taken', 409, { reason: 'AlreadyExists', message: 'workflows "a" already exists' }, 'ALREADY_EXISTS', 'workflows "a" already exists'],
    ['a version that is old', 409, { reason: 'Conflict', message: 'the object has been modified' }, 'ABORTED', 'the object has been modified Read it again and recompute the change.'],
    ['a size that etcd refuses', 500, { message: 'etcdserver: request is too large' }, 'RESOURCE_EXHAUSTED', 'Kubernetes cannot store the object: etcdserver: request is too large'],
    ['a server that is busy', 429, { message: 'slow down' }, 'UNAVAILABLE', 'The Kubernetes API cannot answer now: slow down'],
    ['a gateway before it', 502, '<html>Bad Gateway</html>', 'UNAVAILABLE', 'The Kubernetes API cannot answer now: <html>Bad Gateway</html>'],
  ])('names %s', (_what, status, body, code, message) => {
    expect(refused(status, body)).toMatchObject({ code, message });
  });

  it('gives every reason for which an object is invalid', () => {
    const causes = [{ field: 'spec.templates', message: 'Too many: 500: must have at most 200 items' }, { field: 'metadata.name', message: 'must be lower case' }];
    const error = refused(422, { reason: 'Invalid', message: 'Workflow "A" is invalid', details: { causes } });
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { causes: [{ path: 'spec.templates', message: causes[0]!.message }, { path: 'metadata.name', message: 'must be lower case' }] } });
  });

  it.each([[410, 'too old resource version: 1 (2)'], [504, 'Timeout: Too large resource version: 99, current: 5']])('tells a version that cannot be watched from (%i) from other refusals', (status, message) => {
    expect(refused(status, { message })).toMatchObject({ code: 'ABORTED', details: { reason: 'Expired' } });
  });
});

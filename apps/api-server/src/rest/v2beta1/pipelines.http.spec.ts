import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aPipeline, call, upload } from '../../testing/call.js';
import { startApi, type TestApi } from '../../testing/start-api.js';
import { HELLO_PIPELINE } from '../../testing/hello-pipeline.js';

const PLATFORM = `${HELLO_PIPELINE}---
platforms:
  kubernetes:
    deploymentSpec:
      executors:
        exec-hello: {}
`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const pipelines = '/apis/v2beta1/pipelines';

describe('POST /apis/v2beta1/pipelines/upload', () => {
  it('names the pipeline by name, else display_name, else the file', async () => {
    expect((await upload(api.url, `${pipelines}/upload?name=n1&display_name=d1`)).json).toMatchObject({ name: 'n1', display_name: 'd1' });
    expect((await upload(api.url, `${pipelines}/upload?display_name=d2`)).json).toMatchObject({ name: 'd2', display_name: 'd2' });
    expect((await upload(api.url, `${pipelines}/upload`, { fileName: 'my file.yaml' })).json).toMatchObject({ name: 'my file.yaml', display_name: 'my file.yaml' });
  });

  it('takes any characters in a name', async () => {
    const name = '管道 !@#$%^&*()';
    const { json } = await upload(api.url, `${pipelines}/upload?name=${encodeURIComponent(name)}`);
    expect((await call(api.url, 'GET', `${pipelines}/names/${encodeURIComponent(name)}`)).json.pipeline_id).toBe(json.pipeline_id);
  });

  it('stores description, tags and source of the code', async () => {
    const tags = encodeURIComponent('{"team":"ml"}');
    const { json } = await upload(api.url, `${pipelines}/upload?name=tagged&description=words&tags=${tags}&code_source_url=https://example.com/x`);
    expect(json).toMatchObject({ description: 'words', tags: { team: 'ml' } });
    const versions = await call(api.url, 'GET', `${pipelines}/${json.pipeline_id}/versions`);
    expect(versions.json.pipeline_versions[0]).toMatchObject({ name: 'tagged', code_source_url: 'https://example.com/x', tags: { team: 'ml' } });
  });

  it('refuses a name that is taken with 409 in the shape of its errors', async () => {
    await upload(api.url, `${pipelines}/upload?name=taken`);
    const { status, json } = await upload(api.url, `${pipelines}/upload?name=taken`);
    expect(status).toBe(409);
    expect(json.error_message).toContain('The name taken already exist');
  });

  it('shows a pipeline with a platform document as both documents', async () => {
    const { json } = await upload(api.url, `${pipelines}/upload?name=platform`, { content: PLATFORM });
    const versions = await call(api.url, 'GET', `${pipelines}/${json.pipeline_id}/versions`);
    expect(Object.keys(versions.json.pipeline_versions[0].pipeline_spec)).toEqual(['pipeline_spec', 'platform_spec']);
  });

  it.each([
    ['an empty file', { content: '' }],
    ['YAML that is none', { content: 'a: [b' }],
    ['another document', { content: 'kind: Pod' }],
    ['an image', { content: Buffer.from('89504e470d0a1a0a', 'hex'), fileName: 'x.png' }],
    ['a file in another field', { field: 'file' }],
  ])('refuses %s with 400', async (_what, file) => {
    const { status, json } = await upload(api.url, `${pipelines}/upload?name=bad-${Math.random()}`, file);
    expect(status).toBe(400);
    expect(json.error_message).not.toBe('');
  });

  it.each([
    ['tags that are no object', 'tags=[1]'],
    ['tags that are not JSON', 'tags=x'],
    ['a name that is too long', `name=${'n'.repeat(129)}`],
    ['an unknown pipeline', 'pipelineid=nowhere'],
  ])('refuses %s with 400', async (_what, query) => {
    const path = query.startsWith('pipelineid') ? 'upload_version' : 'upload';
    expect((await upload(api.url, `${pipelines}/${path}?display_name=x&${query}`)).status).toBe(400);
  });

  it('refuses bodies that are not multipart', async () => {
    expect((await call(api.url, 'POST', `${pipelines}/upload`, { body: {} })).json.error_message).toContain('multipart/form-data');
    expect((await call(api.url, 'POST', `${pipelines}/upload`, { body: 'x', headers: { 'content-type': 'multipart/form-data' } })).status).toBe(400);
    expect((await call(api.url, 'POST', `${pipelines}/upload`, { body: '--x\r\nno end', headers: { 'content-type': 'multipart/form-data; boundary=x' } })).status).toBe(400);
  });
});

describe('a pipeline', () => {
  it('is renamed and tagged by PATCH; what is absent stays, and {} clears tags', async () => {
    const { pipelineId } = await aPipeline(api, 'patched');
    const patch = async (body: unknown) => (await call(api.url, 'PATCH', `${pipelines}/${pipelineId}`, { body })).json;
    expect(await patch({ display_name: 'new', tags: { a: 'b' } })).toMatchObject({ name: 'patched', display_name: 'new', tags: { a: 'b' } });
    expect(await patch({ display_name: '' })).toMatchObject({ display_name: 'new', tags: { a: 'b' } });
    expect(await patch({ tags: {} })).not.toHaveProperty('tags');
    expect((await call(api.url, 'PATCH', `${pipelines}/${pipelineId}`, { body: { tags: { 'a.b': 'c' } } })).status).toBe(400);
  });

  it('with versions is deleted only with cascade', async () => {
    const { pipelineId, versionId } = await aPipeline(api, 'deleted');
    const refused = await call(api.url, 'DELETE', `${pipelines}/${pipelineId}`);
    expect(refused.status).toBe(400);
    expect(refused.json.message).toContain('cascade=true');
    expect((await call(api.url, 'DELETE', `${pipelines}/${pipelineId}?cascade=true`)).json).toEqual({});
    expect((await call(api.url, 'GET', `${pipelines}/x/versions/${versionId}`)).status).toBe(404);
  });

  it('is created without a version, by either name', async () => {
    expect((await call(api.url, 'POST', pipelines, { body: { displayName: 'bare' } })).json).toMatchObject({ name: 'bare', display_name: 'bare' });
    expect((await call(api.url, 'POST', pipelines, { body: {} })).status).toBe(500);
    expect((await call(api.url, 'POST', pipelines, { body: { name: 'x'.repeat(129) } })).json.details[0].message).toBe('Pipeline.Name length cannot exceed 128');
  });

  it('that is not there is not found, in the words of KFP', async () => {
    const { status, json } = await call(api.url, 'GET', `${pipelines}/nowhere`);
    expect(status).toBe(404);
    expect(json).toEqual({
      code: 5,
      message: 'ResourceNotFoundError: Pipeline nowhere not found',
      details: [{ '@type': 'type.googleapis.com/google.rpc.Status', code: 5, message: 'Pipeline nowhere not found' }, expect.anything()],
    });
  });
});

describe('a version', () => {
  it('is found whatever pipeline the path names', async () => {
    const { versionId } = await aPipeline(api, 'versioned');
    expect((await call(api.url, 'GET', `${pipelines}/anything/versions/${versionId}`)).json.name).toBe('versioned');
  });

  it('is not fetched from an address', async () => {
    const { pipelineId } = await aPipeline(api, 'fetched');
    const body = { name: 'v', package_url: { pipeline_url: 'http://169.254.169.254/latest/meta-data' } };
    expect((await call(api.url, 'POST', `${pipelines}/${pipelineId}/versions`, { body })).status).toBe(501);
    expect((await call(api.url, 'POST', `${pipelines}/create`, { body: { pipeline: { name: 'p' }, pipeline_version: body } })).json.details[0].message).toContain('upload');
  });

  it('with a name that is taken is refused', async () => {
    const { pipelineId } = await aPipeline(api, 'twice');
    expect((await upload(api.url, `${pipelines}/upload_version?name=twice&pipelineid=${pipelineId}`)).status).toBe(409);
    expect((await upload(api.url, `${pipelines}/upload_version?name=other&pipelineid=${pipelineId}`)).status).toBe(200);
  });
});

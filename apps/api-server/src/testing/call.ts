import { request as httpRequest } from 'node:http';
import type { TestApi } from './start-api.js';
import { HELLO_PIPELINE } from './hello-pipeline.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Tests look into answers of every shape. */
  readonly json: any;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request as it is written: no header is added but a Host, and the path is not tidied. */
export function call(url: string, method: string, path: string, { body, headers = {} }: CallOptions = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const payload = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const sent: Record<string, string> = { ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)), 'content-type': 'application/json' }), ...headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers: sent, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function upload(url: string, path: string, { content = HELLO_PIPELINE as string | Buffer, fileName = 'hello.yaml', field = 'uploadfile', headers = {} as Record<string, string> } = {}): Promise<Answer> {
  const form = new FormData();
  form.set(field, new Blob([new Uint8Array(Buffer.from(content))]), fileName);
  const response = await fetch(url + path, { method: 'POST', body: form, headers });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, json: parse(text) };
}

/** A stored pipeline with one version. */
export async function aPipeline({ url }: TestApi, name: string): Promise<{ readonly pipelineId: string; readonly versionId: string }> {
  const { json } = await upload(url, `/apis/v2beta1/pipelines/upload?name=${encodeURIComponent(name)}`);
  const versions = await call(url, 'GET', `/apis/v2beta1/pipelines/${json.pipeline_id}/versions`);
  return { pipelineId: json.pipeline_id, versionId: versions.json.pipeline_versions[0].pipeline_version_id };
}

/** A run of a stored pipeline, just created. */
export async function aRun(api: TestApi, { pipelineId, displayName = 'a run' }: { readonly pipelineId: string; readonly displayName?: string }): Promise<string> {
  const body = { display_name: displayName, pipeline_version_reference: { pipeline_id: pipelineId }, runtime_config: { parameters: { a: 1 } } };
  const { json } = await call(api.url, 'POST', '/apis/v2beta1/runs', { body });
  return json.run_id;
}

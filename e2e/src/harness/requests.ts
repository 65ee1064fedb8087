import { Agent, request as httpRequest, type ClientRequest } from 'node:http';
import { readFileSync } from 'node:fs';
import type { Millrace } from './millrace.js';
import type { Server } from './server.js';

export interface Answer {
  readonly status: number;
  /** The sentence for a person, from either of KFP's two error bodies; empty for a success. */
  readonly message: string;
  readonly body: any;
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: any = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Pages and logs are not JSON.
  }
  return { status: response.status, body, message: response.ok ? '' : (body.error_message ?? body.details?.[0]?.message ?? body.message ?? text) };
}

/** Uploads a pipeline as the SDK does, whatever comes of it. */
export async function upload(millrace: Server, content: string | Uint8Array, { fileName = 'pipeline.yaml', name }: { readonly fileName?: string; readonly name?: string } = {}): Promise<Answer> {
  const form = new FormData();
  form.append('uploadfile', new Blob([content as string]), fileName);
  const query = name === undefined ? '' : `?name=${encodeURIComponent(name)}`;
  return toAnswer(await millrace.request(`/apis/v2beta1/pipelines/upload${query}`, { method: 'POST', body: form }));
}

/** Creates a run of a spec, whatever comes of it. */
export function createRun(millrace: Server, run: object): Promise<Answer> {
  return post(millrace, '/apis/v2beta1/runs', JSON.stringify({ display_name: 'a run', ...run }));
}

export async function post(millrace: Server, path: string, body: string): Promise<Answer> {
  return toAnswer(await millrace.request(path, { method: 'POST', body }));
}

export async function get(millrace: Server, path: string): Promise<Answer> {
  return toAnswer(await millrace.request(path));
}

export interface RawOptions {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** Writes the body; it ends the request itself, or destroys it. */
  readonly write?: (request: ClientRequest) => void;
}

/** A request with headers of its own choice, `Host` and `Origin` too. Settles with the answer even when the server closes early. */
export function rawRequest(millrace: Server, { method = 'GET', path, headers = {}, write = (request) => request.end() }: RawOptions): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(millrace.url);
  return new Promise((done, fail) => {
    let answered = false;
    // Kept alive as by every SDK: who announces to close may be cut off while sending.
    const agent = new Agent({ keepAlive: true });
    const request = httpRequest({ hostname, port, method, path, headers, agent }, (response) => {
      answered = true;
      let text = '';
      const settle = () => {
        request.destroy();
        agent.destroy();
        done({ status: response.statusCode!, text });
      };
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        // A stream of events does not end by itself.
        if (response.headers['content-type']?.startsWith('text/event-stream')) settle();
      });
      response.on('end', settle).on('error', settle);
    });
    request.on('error', (error) => {
      if (!answered) fail(error);
    });
    write(request);
  });
}

/** Resident memory of the server's process in MiB; undefined where there is no /proc. */
export function residentMiB(millrace: Millrace): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${millrace.process.pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
}

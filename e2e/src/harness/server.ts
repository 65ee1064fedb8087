/** A running Millrace, as its clients see it. */
export class Server {
  constructor(readonly url: string) {}

  /** The JSON answer to a request; fails on a status that is not 2xx. */
  async json<Body = any>(path: string, init: RequestInit & { readonly body?: string | FormData } = {}): Promise<Body> {
    const response = await this.request(path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Body;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = typeof init.body === 'string' ? { 'content-type': 'application/json', ...init.headers } : init.headers;
    return fetch(this.url + path, { ...init, headers });
  }

  /** Waits until a run is final. */
  async finished(runId: string, { everyMs = 50 }: { readonly everyMs?: number } = {}): Promise<any> {
    for (;;) {
      const run = await this.json(`/apis/v2beta1/runs/${runId}`);
      if (['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELED'].includes(run.state)) return run;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}

import { fromBase } from './base-path';
import { problemsOfDetails, problemsOfText, type SpecProblem } from './spec-problems';

/** An answer that is not 2xx, or none at all (`status` 0). The message is the server's own sentence. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly requestId?: string,
    /** What is wrong with a spec or with parameters, when the server told it piece by piece. */
    readonly problems: readonly SpecProblem[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, String(value));
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

interface RequestOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal;
  readonly body?: unknown;
  readonly form?: FormData;
}

export async function requestJson<T>(method: 'GET' | 'POST' | 'DELETE', path: string, options: RequestOptions = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(withQuery(fromBase(path), options.query), {
      method,
      signal: options.signal,
      headers: options.body === undefined ? { accept: 'application/json' } : { accept: 'application/json', 'content-type': 'application/json' },
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError('', 0);
  }
  const text = await response.text();
  if (!response.ok) throw toApiError(response, text);
  return (text === '' ? {} : JSON.parse(text)) as T;
}

export const getJson = <T>(path: string, options?: Omit<RequestOptions, 'body' | 'form'>): Promise<T> => requestJson<T>('GET', path, options);

function toApiError(response: Response, text: string): ApiError {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  try {
    const body = JSON.parse(text) as { message?: string; error_message?: string; details?: readonly Record<string, unknown>[] };
    // The gateway's own message is a chain of wrappings; its first detail is the sentence for people.
    const told = body.details?.[0]?.['message'];
    const message = typeof told === 'string' && told !== '' ? told : (body.error_message ?? body.message ?? text);
    const problems = problemsOfDetails(body.details);
    return new ApiError(message, response.status, requestId, problems.length > 0 ? problems : problemsOfText(message));
  } catch {
    return new ApiError(text.slice(0, 500) || response.statusText, response.status, requestId);
  }
}

import type { z } from 'zod';

export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** One method of one path, as the served OpenAPI document and the tests of the route table need it. */
export interface Operation {
  readonly method: HttpMethod;
  /** With `{parameters}`. */
  readonly path: string;
  /** Upstream's operation id, from which generated clients make their method names. */
  readonly id: string;
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** A multipart body with one file in this field. */
  readonly upload?: string;
  /** A schema of JSON, `empty` for `{}`, or another media type. */
  readonly response: z.ZodType | 'empty' | `${string}/${string}`;
  /** `message` for the routes whose errors are `{error_message, error_details}`. */
  readonly errors?: 'status' | 'message';
}

/** For tables of operations, a line each: what makes one of a path below `base`, or of a whole path of another version. */
export function operationsBelow(base: string) {
  return (method: HttpMethod, path: string, id: string, summary: string, rest: Omit<Operation, 'method' | 'path' | 'id' | 'summary'>): Operation => ({
    method,
    path: path.startsWith('/apis/') ? path : base + path,
    id,
    summary,
    ...rest,
  });
}

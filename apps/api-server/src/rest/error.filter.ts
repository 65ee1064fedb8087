import { isPipelineError, type ErrorCode } from '@millrace/errors';
import { Catch, HttpException, Inject, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../options.js';
import { SETTINGS } from '../tokens.js';
import type { RouteFacts } from './route.js';
import { RouteTable, UnknownRouteError } from './unknown-route.js';

/** google.rpc.Code, the HTTP status that KFP's gateway gives it, and the word that its messages start with. */
function statusOf(code: ErrorCode): { readonly rpc: number; readonly http: number; readonly kind: string } {
  switch (code) {
    case 'INVALID_ARGUMENT':
      return { rpc: 3, http: 400, kind: 'InvalidInputError' };
    case 'NOT_FOUND':
      return { rpc: 5, http: 404, kind: 'ResourceNotFoundError' };
    case 'ALREADY_EXISTS':
      return { rpc: 6, http: 409, kind: 'AlreadyExistError' };
    case 'PERMISSION_DENIED':
      return { rpc: 7, http: 403, kind: 'PermissionDeniedError' };
    case 'RESOURCE_EXHAUSTED':
      return { rpc: 8, http: 429, kind: 'ResourceExhaustedError' };
    case 'FAILED_PRECONDITION':
      return { rpc: 9, http: 400, kind: 'FailedPreconditionError' };
    case 'ABORTED':
      return { rpc: 10, http: 409, kind: 'BadRequestError' };
    case 'UNIMPLEMENTED':
      return { rpc: 12, http: 501, kind: 'UnimplementedError' };
    case 'INTERNAL':
      return { rpc: 13, http: 500, kind: 'InternalServerError' };
    case 'UNAVAILABLE':
      return { rpc: 14, http: 503, kind: 'ServiceUnavailable' };
    case 'UNAUTHENTICATED':
      return { rpc: 16, http: 401, kind: 'UnauthenticatedError' };
  }
}

interface Answer {
  readonly http: number;
  readonly rpc: number;
  /** The whole chain, as KFP writes it. */
  readonly message: string;
  /** What to show to a person. */
  readonly text: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Turns whatever was thrown into one of KFP's two error bodies. The only place that knows HTTP status codes. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(RouteTable) private readonly routes: RouteTable,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    // Nest says in this way that no route matched.
    const error = thrown instanceof NotFoundException ? this.routes.unserved(request.method, request.url.split('?')[0] ?? '') : thrown;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = this.#answer(error, request);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    for (const header of ['content-length', 'content-disposition', 'content-range', 'etag', 'content-encoding', 'connection']) reply.removeHeader(header);
    const retryAfter = answer.details?.['retryAfterSeconds'];
    if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
    if (answer.http === 401) reply.header('www-authenticate', 'Bearer');
    if (error instanceof UnknownRouteError) {
      if (error.methods.length > 0) reply.header('allow', error.methods.join(', '));
      void reply.code(answer.http).type('application/json').send({ code: answer.rpc, message: answer.message });
      return;
    }
    void reply.code(answer.http).type('application/json').send(bodyOf(answer, request));
  }

  #answer(error: unknown, request: FastifyRequest): Answer {
    if (error instanceof UnknownRouteError) {
      return error.methods.length > 0 ? { http: 405, rpc: 12, message: error.message, text: error.message } : { http: 404, rpc: 5, message: error.message, text: error.message };
    }
    if (isPipelineError(error)) {
      const { rpc, http, kind } = statusOf(error.code);
      // A caller's fault that KFP answers as INTERNAL is none of ours.
      if (http >= 500 && error.code !== 'UNIMPLEMENTED' && !isPipelineError(error.cause)) this.#report(error, request);
      return { rpc, http, message: `${kind}: ${error.message}`, text: error.message, ...(error.details && { details: error.details }) };
    }
    const refused = fromFramework(error);
    if (refused) return refused;
    this.#report(error, request);
    const text = 'The server failed; its log says how.';
    return { ...statusOf('INTERNAL'), message: `InternalServerError: ${text}`, text };
  }

  #report(error: unknown, request: FastifyRequest): void {
    this.settings.log('error', `${request.method} ${request.url.split('?')[0]} failed`, { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function bodyOf({ rpc, message, text, details }: Answer, request: FastifyRequest): unknown {
  // Machine-readable facts ride behind KFP's own fields, where clients that read only those do not meet them.
  const facts = details ? [{ '@type': 'type.googleapis.com/google.protobuf.Struct', value: details }] : [];
  if ((request.routeOptions.config as Partial<RouteFacts>).errors === 'message') {
    return { error_message: text, error_details: message, ...(details && { details: facts }) };
  }
  const status = { '@type': 'type.googleapis.com/google.rpc.Status', code: rpc, message: text };
  return { code: rpc, message, details: [status, ...facts] };
}

/** Refusals by Nest and Fastify: bodies that are too large, not JSON or of another media type, addresses that cannot be decoded. */
function fromFramework(error: unknown): Answer | undefined {
  const http = error instanceof HttpException ? error.getStatus() : Number((error as { statusCode?: unknown } | null)?.statusCode);
  if (!(http >= 400 && http < 500)) return undefined;
  const text = error instanceof Error ? error.message : String(error);
  switch (http) {
    case 413:
      return { http, rpc: 3, message: `InvalidInputError: ${text}`, text: 'The request body is larger than this server takes.' };
    case 415:
      return { http, rpc: 3, message: `InvalidInputError: ${text}`, text: 'Send the body as "Content-Type: application/json", or a file as multipart/form-data.' };
    default:
      return { http, rpc: 3, message: `InvalidInputError: ${text}`, text };
  }
}


import { PipelineError } from '@millrace/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../options.js';
import type { Access } from './access.js';
import { createHostRule } from './host-rule.js';
import { createTokenRule } from './token-rule.js';

/**
 * The one guard: decides about every request before its body is read, whatever serves it (route, page or nothing at all). A route that
 * does not say what access it needs is refused.
 */
export function createDoorkeeper(settings: Settings) {
  const hosts = createHostRule(settings);
  const token = createTokenRule(settings.token);
  const secure = settings.baseUrl?.startsWith('https:') ?? false;

  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (!hosts.acceptsHost(request.headers.host)) {
      throw new PipelineError('PERMISSION_DENIED', `Host "${request.headers.host ?? ''}" is not a name of this server; start it with --allowed-host to serve it under that name.`);
    }
    if (!hosts.acceptsOrigin(request.headers.origin)) {
      throw new PipelineError('PERMISSION_DENIED', `Requests from pages of "${request.headers.origin}" are refused; start the server with --allowed-host to allow that site.`);
    }
    const access = (request.routeOptions.config as { access?: Access }).access;
    // A request that no route serves learns only that, and only after it showed that it may ask.
    if (access === undefined && !request.is404) throw new PipelineError('PERMISSION_DENIED', 'This route allows nobody.');
    if (access?.open || token.accepts(request.headers)) return;

    const given = access?.resource === 'pages' ? (request.query as { token?: unknown }).token : undefined;
    if (typeof given === 'string' && token.matches(given)) {
      const [path = '/', query = ''] = request.originalUrl.split('?', 2);
      const others = new URLSearchParams(query);
      others.delete('token');
      const rest = others.size > 0 ? `?${others}` : '';
      // Two slashes at the start, of either kind, would make the browser take the path for another host.
      reply.header('set-cookie', token.cookie(given, { path: '/', secure })).header('cache-control', 'no-store');
      await reply.redirect(path.replace(/^[\\/]+/, '/') + rest, 303);
      return;
    }
    throw new PipelineError('UNAUTHENTICATED', 'This server asks for its token: send it as "Authorization: Bearer <token>" (existing_token in the SDK), or open the address with ?token=<token> that was printed at its start.');
  };
}

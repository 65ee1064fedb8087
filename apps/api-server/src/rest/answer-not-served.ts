import type { FastifyInstance, FastifyReply } from 'fastify';
import type { RouteFacts } from './route.js';
import { UnknownRouteError, type RouteTable } from './unknown-route.js';

/** An address that cannot be decoded reaches neither guard nor filter. */
export function answerBadAddress(error: Error, reply: FastifyReply): void {
  void reply.code(400).type('application/json').send({ code: 3, message: error.message });
}

/** OPTIONS says what a path takes, without allowing other sites anything. */
export function answerNotServed(fastify: FastifyInstance, routes: RouteTable): void {
  const config: RouteFacts = { access: { resource: 'server', verb: 'get', open: false }, errors: 'status' };
  fastify.route({
    method: 'OPTIONS',
    url: '/*',
    config: config as never,
    handler: (request, reply) => {
      const methods = routes.methodsOf(decodeURI(request.url.split('?')[0] ?? '/'));
      if (methods.length === 0) throw new UnknownRouteError([]);
      return reply.code(204).header('allow', [...methods, 'OPTIONS'].join(', ')).send();
    },
  });
}

import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PagesService } from '../pages/pages.service.js';
import { chooseEncoding } from './choose-encoding.js';
import { Get, Options } from './route.js';
import { RouteTable, UnknownRouteError } from './unknown-route.js';

const NO_PAGES = `Millrace's API answers here, at /apis/v2beta1 (described by /apis/v2beta1/openapi.json).

The pages are not there: build them with "npm run build" in Millrace's folder, then start the server again.
`;

/** Whatever no other route serves: the pages, and OPTIONS of everything. */
@Controller()
export class PagesController {
  constructor(
    @Inject(PagesService) private readonly pages: PagesService,
    @Inject(RouteTable) private readonly routes: RouteTable,
  ) {}

  @Get('*', 'pages:get')
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const address = decodePath(request.url);
    if (address === undefined || address.startsWith('/apis/')) throw this.routes.unserved('GET', address ?? '');
    if (this.pages.isEmpty && address === '/') return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send(NO_PAGES);
    const page = await this.pages.find(address);
    if (!page) throw new UnknownRouteError([]);

    const { file, found, immutable } = page;
    reply.type(file.type).header('etag', file.etag).header('content-security-policy', file.policy).header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    if (found && request.headers['if-none-match']?.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, '') === file.etag)) return reply.code(304).send();
    if (!found) reply.code(404);
    if (!file.compresses) return reply.send(await file.encode('identity'));
    const encoding = chooseEncoding(request.headers['accept-encoding']);
    reply.header('vary', 'accept-encoding');
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.send(await file.encode(encoding));
  }

  /** Says what a path takes, without allowing other sites anything. */
  @Options('*', 'server:get')
  options(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const methods = this.routes.methodsOf(decodePath(request.url) ?? '');
    if (methods.length === 0) throw new UnknownRouteError([]);
    return reply.code(204).header('allow', [...methods, 'OPTIONS'].join(', ')).send();
  }
}

/** Decoded once, as a browser encoded it. */
function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '/');
  } catch {
    return undefined;
  }
}

import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from 'fastify';
import { createDoorkeeper } from './access/doorkeeper.js';
import { setSecurityHeaders } from './access/security-headers.js';
import { AppModule } from './app.module.js';
import { addBodyParsers } from './http/body-parsers.js';
import { RequestsInProgress } from './http/requests-in-progress.js';
import { linger } from './http/linger.js';
import { stripBasePath } from './http/strip-base-path.js';
import { completeOptions, type ApiServerDeps, type Settings } from './options.js';
import { answerBadAddress } from './rest/bad-address.js';
import { RouteTable } from './rest/unknown-route.js';
import { ServerAddress } from './server-address.js';

export interface ApiServer {
  /** Starts to answer; rejects with the system's error (`EADDRINUSE`, …) when the port cannot be had. */
  listen(): Promise<{ readonly url: string }>;
  /** Every route that is served, for tests that go through all of them. */
  readonly routes: readonly { readonly method: string; readonly url: string }[];
  /**
   * Ends streams and connections, then stops. The parts it was given stay open. Before that it waits, for so long at most, for answers that are
   * under way. @default graceMs 0
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/** Room for what surrounds a pipeline in a request. */
const ENVELOPE_BYTES = 1024 * 1024;

/** Makes the HTTP server of Millrace over the given parts; the default experiment is there when it returns. */
export async function createApiServer(deps: ApiServerDeps): Promise<ApiServer> {
  const settings = completeOptions(deps.options);
  const routes = new RouteTable();
  const serverOptions: FastifyServerOptions = {
    rewriteUrl: (request) => stripBasePath(request.url ?? '/', settings.basePath),
    routerOptions: { maxParamLength: 1024 },
    bodyLimit: settings.pipelineUploadLimit + ENVELOPE_BYTES,
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => answerBadAddress(error, reply as unknown as FastifyReply),
  };
  const adapter = new FastifyAdapter(serverOptions);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const inProgress = new RequestsInProgress();
  inProgress.watch(fastify);
  addHooks(fastify, settings, routes);
  addBodyParsers(fastify, { jsonLimit: settings.pipelineUploadLimit + ENVELOPE_BYTES });

  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(deps, settings, routes), adapter, { bodyParser: false, logger: false, abortOnError: false });
  await app.init();
  await fastify.ready();

  return {
    routes: routes.routes,
    async listen() {
      await app.listen(settings.port, settings.host);
      const url = addressOf(fastify, settings);
      app.get(ServerAddress).listensAt(url);
      return { url };
    },
    async close({ graceMs = 0 } = {}) {
      await inProgress.settled(graceMs);
      await app.close();
    },
  };
}

function addHooks(fastify: FastifyInstance, settings: Settings, routes: RouteTable): void {
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) if (!url.includes('*')) routes.add(each, url);
  });
  fastify.addHook('onRequest', createDoorkeeper(settings));
  fastify.addHook('onRequest', async (_request, reply) => setSecurityHeaders(reply));
  const { observeRequest } = settings;
  if (observeRequest !== undefined) {
    fastify.addHook('onResponse', async (request, reply) => {
      if (String(reply.getHeader('content-type')).startsWith('text/event-stream')) return;
      observeRequest({ method: request.method, route: request.routeOptions.url ?? 'none', status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    });
  }
  fastify.addHook('onResponse', async (request) => linger(request.raw, 2 * settings.pipelineUploadLimit));
}

function addressOf(fastify: FastifyInstance, { host }: Settings): string {
  const address = fastify.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const name = ['0.0.0.0', '::', ''].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

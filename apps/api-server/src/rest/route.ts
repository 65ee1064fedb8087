import { applyDecorators, HttpCode, RequestMapping, RequestMethod } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Access } from '../access/access.js';

export interface RouteFacts {
  readonly access: Access;
  /** Shape of error bodies: google.rpc.Status, or `{error_message, error_details}`. */
  readonly errors: 'status' | 'message';
  /** What a body may be. @default 'json' */
  readonly body?: 'json' | 'multipart';
}

type Verb = `${Access['resource']}:${Access['verb']}`;

const declare = (method: RequestMethod, path: string, verb: Verb, facts: { readonly errors?: RouteFacts['errors']; readonly open?: boolean; readonly body?: RouteFacts['body'] } = {}) => {
  const [resource, action] = verb.split(':') as [Access['resource'], Access['verb']];
  const config: RouteFacts = { access: { resource, verb: action, open: facts.open ?? false }, errors: facts.errors ?? 'status', body: facts.body ?? 'json' };
  // KFP answers 200 to everything that succeeds, where Nest would answer 201 to a POST.
  return applyDecorators(RequestMapping({ method, path }), HttpCode(200), RouteConfig(config));
};

type Facts = Parameters<typeof declare>[3];

/** Routes with what they need: a route cannot be declared without its access. */
export const Get = (path: string, verb: Verb, facts?: Facts) => declare(RequestMethod.GET, path, verb, facts);
export const Post = (path: string, verb: Verb, facts?: Facts) => declare(RequestMethod.POST, path, verb, facts);
export const Patch = (path: string, verb: Verb, facts?: Facts) => declare(RequestMethod.PATCH, path, verb, facts);
export const Options = (path: string, verb: Verb, facts?: Facts) => declare(RequestMethod.OPTIONS, path, verb, facts);
export const Delete = (path: string, verb: Verb, facts?: Facts) => declare(RequestMethod.DELETE, path, verb, facts);

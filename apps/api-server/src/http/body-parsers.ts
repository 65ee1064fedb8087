import { PipelineError } from '@millrace/errors';
import type { FastifyInstance } from 'fastify';
import type { RouteFacts } from '../rest/route.js';
import { assertDepth } from './json-depth.js';

/**
 * What bodies are taken: JSON, and multipart where a route says so. Forms and plain text, which any page can send anywhere without asking,
 * are not. A JSON content type with an empty body is no body: the SDK's generated client sends that with DELETE and `:archive`.
 */
export function addBodyParsers(fastify: FastifyInstance, { jsonLimit }: { readonly jsonLimit: number }): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'ignore');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'string', bodyLimit: jsonLimit }, (request, body, done) => {
    const text = body as string;
    if (text.trim() === '') {
      done(null, undefined);
      return;
    }
    parseJson(request, text, (error, value) => {
      if (error) {
        done(new PipelineError('INVALID_ARGUMENT', `The body is not JSON: ${faultOf(text)}`, { cause: error }));
        return;
      }
      try {
        assertDepth(value);
        done(null, value);
      } catch (refusal) {
        done(refusal as Error);
      }
    });
  });
  fastify.addContentTypeParser('multipart/form-data', (request, _payload, done) => {
    // The route reads the stream itself, with its own cap.
    const facts = request.routeOptions.config as Partial<RouteFacts>;
    done(facts.body === 'multipart' ? null : new PipelineError('INVALID_ARGUMENT', 'Send the body as "Content-Type: application/json".'));
  });
}

/** What is wrong and where; the parser's own error is about the media type. */
function faultOf(text: string): string {
  try {
    JSON.parse(text);
    return 'it has the key "__proto__".';
  } catch (error) {
    return (error as Error).message;
  }
}

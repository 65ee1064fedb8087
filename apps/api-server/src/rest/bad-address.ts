import type { FastifyReply } from 'fastify';

/** An address that cannot be decoded reaches neither guard nor filter; the answer tells nothing but that. */
export function answerBadAddress(error: Error, reply: FastifyReply): void {
  void reply.code(400).type('application/json').send({ code: 3, message: error.message });
}

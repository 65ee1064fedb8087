import { z } from 'zod';
import { int32, text } from '../wire.js';
import { message } from './registry.js';

/** google.rpc.Status: the body of every error of the gateway routes, and the `error` of an object. */
export const status = message('Status', {
  code: int32,
  message: text,
  details: z.array(z.looseObject({ '@type': z.string() })),
});

/** Body of errors of the upload, artifact and log routes. */
export const messageError = message('MessageError', { error_message: text, error_details: text });

export type Status = z.infer<typeof status>;

import { z } from 'zod';
import { int32, text } from '../wire.js';
import { message } from './registry.js';

/** Bodies of errors: of the gateway routes, and of uploads and artifacts. */
export const status = message('Status', { code: int32, message: text, details: z.array(z.looseObject({ '@type': z.string() })) });
export const messageError = message('MessageError', { error_message: text, error_details: text });

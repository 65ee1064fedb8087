import type { z } from 'zod';
import { bool, text } from '../wire.js';
import { message } from './registry.js';

export const getHealthzResponse = message('GetHealthzResponse', { commit_sha: text, tag_name: text, multi_user: bool });

export type GetHealthzResponse = z.infer<typeof getHealthzResponse>;

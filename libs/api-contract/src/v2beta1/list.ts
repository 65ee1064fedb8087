import { queryInt32, text } from '../wire.js';

/** The query of every list. */
export const listFields = { page_token: text, page_size: queryInt32, sort_by: text, filter: text } as const;
export const pageFields = { total_size: queryInt32, next_page_token: text } as const;

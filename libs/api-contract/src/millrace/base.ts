/**
 * Millrace's own routes, under `/apis/millrace/v1`: what the pages need and KFP's API does not have. JSON in snake_case like KFP's;
 * times are RFC 3339 with milliseconds and absent when unset; int64 never occurs. Errors have KFP's gateway shape.
 */
export const MILLRACE_API = '/apis/millrace/v1';

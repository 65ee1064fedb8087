/**
 * The KFP pipeline IR: types, parse, validate, walk.
 *
 * @packageDocumentation
 */
export type * from './types.js';

import type { FixtureCase } from '@millrace/embedded-argo/testing';
import { compiledCases } from './compiled.js';
import { DEPENDS, FAIL_FAST, TARGETS } from './depends.js';
import { ENDS, LIMITS } from './limits.js';
import { LOOPS } from './loops.js';
import { NAMES } from './names.js';
import { GATES, NESTED } from './nested.js';
import { RETRIES } from './retries.js';
import { VALUES, WHENS } from './values.js';

/** Every case of which there is a fixture. */
export const argoCases = async (): Promise<readonly FixtureCase[]> => [
  ...DEPENDS, ...TARGETS, ...FAIL_FAST, ...NAMES, ...GATES, ...WHENS, ...VALUES, ...RETRIES, ...LOOPS, ...NESTED, ...LIMITS, ...ENDS, ...(await compiledCases()),
];

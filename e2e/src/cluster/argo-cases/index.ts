import type { FixtureCase } from '@millrace/embedded-argo/testing';
import { DEPENDS, FAIL_FAST, TARGETS } from './depends.js';

/** Every case of which there is a fixture. */
export const ARGO_CASES: readonly FixtureCase[] = [...DEPENDS, ...TARGETS, ...FAIL_FAST];

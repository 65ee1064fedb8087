import type { RunSummary } from '@millrace/api-contract';
import { describe, expect, it } from 'vitest';
import { belongsTo, parseStates } from './run-filter';

const run = { id: 'r', name: 'Nightly ＡＢ', state: 'RUNNING', archived: false, experiment: { id: 'e', name: 'E' }, version: { id: 'v', name: 'v1' } } as RunSummary;

describe('belongsTo', () => {
  it('follows experiment, state, version, name and archive', () => {
    expect(belongsTo(run, {})).toBe(true);
    expect(belongsTo(run, { experimentId: 'other' })).toBe(false);
    expect(belongsTo(run, { states: ['FAILED'] })).toBe(false);
    expect(belongsTo(run, { archived: true })).toBe(false);
    expect(belongsTo(run, {}, 'w')).toBe(false);
    expect(belongsTo(run, { text: 'nope' })).toBe(false);
  });

  it('finds full-width letters by half-width ones', () => expect(belongsTo(run, { text: 'ab' })).toBe(true));
});

describe('parseStates', () => {
  it('drops what is no state', () => expect(parseStates('FAILED,bogus,RUNNING')).toEqual(['FAILED', 'RUNNING']));
});

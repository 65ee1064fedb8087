import { describe, expect, it } from 'vitest';
import { dagStateOf, runStateOf } from './run-state.js';

describe('runStateOf', () => {
  it.each([
    [undefined, false, [], 'PENDING'],
    ['Pending', false, ['PENDING'], 'PENDING'],
    ['Running', false, ['FAILED'], 'RUNNING'],
    ['Running', true, ['RUNNING'], 'CANCELING'],
    ['Succeeded', false, ['SUCCEEDED', 'CACHED', 'SKIPPED'], 'SUCCEEDED'],
    ['Succeeded', false, ['CACHED'], 'SUCCEEDED'],
    ['Succeeded', false, [], 'SUCCEEDED'],
    ['Failed', false, ['FAILED'], 'FAILED'],
    ['Error', false, [], 'FAILED'],
    ['Failed', true, ['CANCELED'], 'CANCELED'],
    ['Succeeded', true, ['SUCCEEDED'], 'SUCCEEDED'],
  ] as const)('engine %s, cancel requested: %s, tasks %j: %s', (enginePhase, cancelRequested, taskStates, state) => {
    expect(runStateOf({ enginePhase, cancelRequested, taskStates })).toBe(state);
  });

  it('fails a run whose task left unreadable outputs, though the engine is content', () => {
    expect(runStateOf({ enginePhase: 'Succeeded', cancelRequested: false, taskStates: ['SUCCEEDED', 'FAILED'] })).toBe('FAILED');
  });
});

describe('dagStateOf', () => {
  it("follows the engine, and fails with a member's failure that the engine does not know of", () => {
    expect(dagStateOf('RUNNING', ['FAILED'])).toBe('RUNNING');
    expect(dagStateOf('SUCCEEDED', ['SUCCEEDED', 'CACHED'])).toBe('SUCCEEDED');
    expect(dagStateOf('SUCCEEDED', ['SUCCEEDED', 'FAILED'])).toBe('FAILED');
    expect(dagStateOf('SKIPPED', ['SKIPPED'])).toBe('SKIPPED');
  });
});

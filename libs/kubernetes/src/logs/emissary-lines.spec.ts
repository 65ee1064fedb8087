import { describe, expect, it } from 'vitest';
import { createUserLineFilter } from './emissary-lines.js';

describe('createUserLineFilter', () => {
  it('leaves out what the executor says, and its last word after the program ended', () => {
    const lines = [
      'time=2026-11-22T10:00:00.123Z level=INFO msg="capturing logs" argo=true',
      'hello argo=true',
      'Error: exit status 3',
      'time="2026-11-22T10:00:01Z" level=info msg="mine"',
      'time=2026-11-22T10:00:02.456Z level=INFO msg="sub-process exited" argo=true error="exit status 3"',
      'Error: exit status 3',
    ];
    expect(lines.filter(createUserLineFilter())).toEqual(['hello argo=true', 'Error: exit status 3', 'time="2026-11-22T10:00:01Z" level=info msg="mine"']);
  });
});

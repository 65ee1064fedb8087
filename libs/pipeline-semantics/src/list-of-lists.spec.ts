import { describe, expect, it } from 'vitest';
import { isListOfLists } from './list-of-lists.js';

const component = (signature: string) => ({ command: ['sh', '-ec', 'python3 "$@"', `\nfrom typing import *\n\ndef other(a: List[List[int]]): pass\n\ndef f(${signature}) -> int:\n    return 0\n`], args: ['--executor_input', '{{$}}', '--function_to_execute', 'f'] });

describe('isListOfLists', () => {
  it.each(['a: List[List[int]]', 'b: int, a: list[list[str]] = []', 'a: typing.List[typing.List[int]]', 'a: Optional[List[List[float]]] = None', '\n    a: List[ List[int]],\n'])('sees it in (%s)', (signature) => {
    expect(isListOfLists(component(signature), 'a')).toBe(true);
  });

  it.each(['a: List[int]', 'b: List[List[int]], a: List[int]', 'a: list', 'aa: List[List[int]]', ''])('does not see it in (%s)', (signature) => {
    expect(isListOfLists(component(signature), 'a')).toBe(false);
  });

  it('takes a program for what it is: nobody knows what it wants', () => {
    expect(isListOfLists({ command: ['add'], args: [] }, 'a')).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { nameOfKey } from './registry';

const press = (key: string, modifiers: Partial<KeyboardEvent> = {}) => nameOfKey({ key, shiftKey: false, metaKey: false, ctrlKey: false, altKey: false, ...modifiers });

describe('nameOfKey', () => {
  it('writes letters in lower case and names Shift only where it is part of the shortcut', () => {
    expect(press('j')).toBe('j');
    expect(press('J', { shiftKey: true })).toBe('Shift+j');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('Escape')).toBe('Escape');
  });

  it('treats Command and Control as one', () => {
    expect(press('k', { metaKey: true })).toBe('Mod+k');
    expect(press('k', { ctrlKey: true })).toBe('Mod+k');
  });

  it('leaves Alt and lone modifiers to others', () => {
    expect(press('a', { altKey: true })).toBeUndefined();
    expect(press('Shift', { shiftKey: true })).toBeUndefined();
  });
});

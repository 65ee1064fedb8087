import { describe, expect, it } from 'vitest';
import { suggestName } from './suggest-name.js';

describe('suggestName', () => {
  it('finds the nearest of the names that are near', () => {
    expect(suggestName('componentz', ['compartments', 'components', 'root'])).toBe('Did you mean "components"?');
    expect(suggestName('trian', ['train', 'test'])).toBe('Did you mean "train"?');
    expect(suggestName('trains', ['train', 'test'])).toBe('Did you mean "train"?');
  });

  it('is silent when nothing is near', () => {
    expect(suggestName('x', ['root', 'components'])).toBeUndefined();
    expect(suggestName('', [''])).toBeUndefined();
  });
});

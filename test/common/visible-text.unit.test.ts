import { describe, expect, it } from 'vitest';
import { hasVisibleText } from '../../src/common/visible-text.js';
import { UNREADABLE } from '../support/texts.js';

describe('there is nothing to read in', () => {
  it.each(Object.entries(UNREADABLE))('%s', (_, text) => {
    expect(hasVisibleText(text)).toBe(false);
  });

  it('nothing', () => {
    expect(hasVisibleText('')).toBe(false);
  });
});

describe('there is something to read in', () => {
  it.each(['ə', 'Ё', '7', '٣', '?', '—', '+', '💥', '☢️', 'ﷺ', '\u200bа', '\u0301e', '가', '漢', '⠁', '́ा1'])(
    '%s',
    (text) => {
      expect(hasVisibleText(text)).toBe(true);
    },
  );
});

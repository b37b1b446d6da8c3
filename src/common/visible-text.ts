/** Letters, numbers, punctuation and symbols (Unicode general categories L, N, P and S). */
const DRAWN = /[\p{L}\p{N}\p{P}\p{S}]/gu;

/**
 * Characters of those categories that show nothing: ignorable ones such as the Hangul fillers, blank signs
 * (Braille, musical, Egyptian), and what stands for an object or a character that is lost.
 */
const BLANK = /[\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd\u{13441}\u{13442}\u{1d159}]/u;

/** Controls, private use, line separators, what draws nothing, and marks without a letter. */
const UNSEEN = new RegExp(`[\\p{C}\\p{Zl}\\p{Zp}]|${BLANK.source}|(?<!\\p{L}\\p{M}*)\\p{M}`, 'gu');

/**
 * Whether a text has something to read: a letter, number, punctuation mark or symbol that draws something.
 * Spaces, controls, marks without a letter, private use and unassigned characters are nothing to read.
 */
export function hasVisibleText(text: string): boolean {
  for (const [character] of text.matchAll(DRAWN)) if (!BLANK.test(character)) return true;
  return false;
}

/** The text with an escape such as \\u200b in the place of each character that cannot be seen. */
export function escapeUnseen(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}

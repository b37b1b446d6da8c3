/**
 * Folding: one spelling for what different sides write differently. Cyrillic becomes Latin, marks and
 * the dotted and dotless i fall away, and the variants of one sound (gh/ğ/g, kh/x/h, sh/ş/ш) meet.
 * The same function folds what is stored and what is searched for.
 */

const CYRILLIC: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'j',
  з: 'z',
  и: 'i',
  й: 'y',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'h',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'sh',
  ъ: '',
  ы: 'i',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
};

const LATIN: Readonly<Record<string, string>> = {
  ə: 'a',
  ı: 'i',
  ğ: 'g',
  ş: 'sh',
  ç: 'ch',
  c: 'j',
  x: 'h',
  q: 'g',
  ø: 'o',
  ß: 'ss',
};

const SOUNDS: readonly (readonly [RegExp, string])[] = [
  [/kh/g, 'h'],
  [/gh/g, 'g'],
  [/zh/g, 'j'],
  [/dj|dzh/g, 'j'],
  [/jh/g, 'ch'],
  [/w/g, 'v'],
  [/y/g, 'i'],
  [/(.)\1+/g, '$1'],
];

/** Folded words, separated by single spaces. */
export function fold(text: string): string {
  const lower = text.normalize('NFC').replaceAll('İ', 'i').replaceAll('I', 'ı').toLocaleLowerCase('tr');
  let folded = '';
  for (const letter of lower) folded += CYRILLIC[letter] ?? LATIN[letter] ?? letter;
  folded = folded.normalize('NFD').replace(/\p{M}+/gu, '');
  for (const [sound, spelling] of SOUNDS) folded = folded.replace(sound, spelling);
  return folded.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

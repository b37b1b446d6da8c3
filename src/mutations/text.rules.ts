import { hasVisibleText } from '../common/visible-text.js';
import { MAX_LENGTH } from '../domain/limits.js';
import type { Locale } from '../domain/locale.js';
import type { StoredText } from '../graphql-types/localized-text.type.js';
import type { Problem } from './problem.js';

/** Includes the characters that change text direction, which can make a text read as another one. */
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const CONTROL_IN_LINES = /[^\P{Cc}\n\t]|[\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Letters that look like those of a code but are others. */
export const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

interface TextLimits {
  readonly longest: number;
  /** Whether line breaks and tabs are allowed. */
  readonly hasLines?: boolean;
}

/** The text in the stored form: NFC, trimmed, lines ending in a line feed. */
function normalized(text: string): string {
  return text.normalize('NFC').replaceAll('\r\n', '\n').trim();
}

/** The text in the stored form. Violations are added to `problems`. Every text that a person writes passes here. */
export function parseText(
  text: string,
  field: readonly string[],
  { longest, hasLines = false }: TextLimits,
  problems: Problem[],
): string {
  const value = normalized(text);
  const control = (hasLines ? CONTROL_IN_LINES : CONTROL).exec(value)?.[0];
  if (value === '') problems.push({ reason: 'REQUIRED', field });
  // Marks of direction alone are an empty text; other controls are more likely damage.
  else if (!hasVisibleText(value) && (control === undefined || /\p{Cf}/u.test(control))) {
    problems.push({ reason: 'NOTHING_TO_READ', field });
  } else if (control !== undefined) {
    problems.push({ reason: 'CONTROL_CHARACTER', field, variables: { character: codePoint(control) } });
  }
  const length = [...value].length;
  if (length > longest) problems.push({ reason: 'TOO_LONG', field, variables: { length, maximum: longest } });
  return value;
}

/** A text in the language of its author. */
export interface WrittenText {
  readonly locale: Locale;
  readonly text: string;
}

/** A stored text without translations. */
export function sourceText({ locale, text }: WrittenText): StoredText {
  return {
    source: locale,
    revision: 1,
    texts: { [locale]: { locale, text, status: 'SOURCE', revision: 1 } },
  };
}

/** The input in the stored form. Violations are added to `problems`. */
export function parseTextInput(
  { locale, text }: WrittenText,
  field: readonly string[],
  limits: TextLimits,
  problems: Problem[],
): WrittenText {
  return { locale, text: parseText(text, [...field, 'text'], limits, problems) };
}

/** A web address in ASCII. Violations are added to `problems`. */
export function parseUrl(text: string, field: readonly string[], problems: Problem[]): string {
  const before = problems.length;
  const value = parseText(text, field, { longest: MAX_LENGTH.url }, problems);
  if (problems.length === before && !(/^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value))) {
    problems.push({ reason: 'INVALID_URL', field });
  }
  return value;
}

/** The problem of a code that does not exist. */
export function unknownCode(code: string, field: readonly string[]): Problem {
  const letter = LOOKALIKE.exec(code)?.[0];
  if (letter !== undefined) {
    return { reason: 'LOOKALIKE', field, variables: { character: `${letter} (${codePoint(letter)})` } };
  }
  return {
    reason: 'UNKNOWN_REFERENCE',
    field,
    variables: {
      code: [...code]
        .slice(0, 60)
        .join('')
        .replace(/[\p{C}]/gu, '�'),
    },
  };
}

/** Whether PostgreSQL can store it as text. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Cs}/u.test(text);
}

export function checkListLength(
  items: readonly unknown[],
  maximum: number,
  field: readonly string[],
  problems: Problem[],
): void {
  if (items.length > maximum) problems.push({ reason: 'TOO_MANY', field, variables: { maximum } });
}

export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

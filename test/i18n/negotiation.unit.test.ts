import { describe, expect, it } from 'vitest';
import type { Locale } from '../../src/domain/locale.js';
import type { Nation } from '../../src/domain/scopes.js';
import { requestLocale } from '../../src/i18n/negotiation.js';

const long = `${'x,'.repeat(5000)}ru`;

const CASES: [header: string | undefined, nation: Nation | null, expected: Locale, why: string][] = [
  [undefined, 'TUR', 'TR', 'no header: the nation'],
  [undefined, 'RUS', 'RU', 'no header: the nation'],
  [undefined, 'AZE', 'AZ', 'no header: the nation'],
  [undefined, null, 'EN', 'no header, no nation'],
  ['', 'TUR', 'TR', 'empty header'],
  ['ru', 'TUR', 'RU', 'the header goes before the nation'],
  ['tr-TR', null, 'TR', 'region'],
  ['TR-tr', null, 'TR', 'case'],
  ['az-Latn-AZ', null, 'AZ', 'script and region'],
  ['az-Cyrl', null, 'AZ', 'another script of the same language'],
  ['ru_RU', null, 'RU', 'underscore'],
  ['tr,ru', null, 'TR', 'the first of equals'],
  ['ru,tr', null, 'RU', 'the first of equals'],
  ['tr;q=0.5, ru;q=0.8', null, 'RU', 'weights'],
  ['tr;q=0.5, ru', null, 'RU', 'no weight is 1'],
  ['tr ; q=0.9 , ru ; q=0.95', null, 'RU', 'blanks'],
  ['tr;Q=0.1, az;q=0.2', null, 'AZ', 'capital Q'],
  ['de, fr;q=0.9, az;q=0.1', 'TUR', 'AZ', 'unknown languages are passed over'],
  ['de, fr', 'RUS', 'RU', 'only unknown languages: the nation'],
  ['de', null, 'EN', 'only unknown languages, no nation'],
  ['trx', null, 'EN', 'a longer subtag is another language'],
  ['t', null, 'EN', 'a shorter one too'],
  ['*', 'AZE', 'AZ', 'anything: the nation'],
  ['*', null, 'EN', 'anything, no nation'],
  ['de, *;q=0.5', 'TUR', 'TR', 'anything else: the nation'],
  ['en;q=0.5, *', 'TUR', 'TR', 'anything else is preferred'],
  ['en;q=0.8, *;q=0.5', 'TUR', 'EN', 'a named language is preferred'],
  ['tr;q=0.2, *;q=0.5', 'TUR', 'EN', '* is none of the named'],
  ['tr;q=0, *', 'TUR', 'EN', 'the nation refused'],
  ['tr;q=0', 'TUR', 'EN', 'the nation refused, nothing else named'],
  ['en;q=0, *', null, 'TR', 'English refused'],
  ['tr;q=0.000, ru;q=0.001', 'TUR', 'RU', 'three decimals'],
  ['tr;q=0, tr-TR', 'RUS', 'TR', 'one variant refused, another wanted'],
  ['tr;q=0, ru;q=0, az;q=0, en;q=0', 'RUS', 'RU', 'everything refused: something must be served'],
  ['*;q=0', 'RUS', 'RU', 'everything refused'],
  ['tr;q=2, ru', null, 'RU', 'weight out of range'],
  ['tr;q=1.001, ru;q=0.1', null, 'RU', 'weight above 1'],
  ['tr;q=0.1234, ru;q=0.1', null, 'RU', 'too many decimals'],
  ['tr;q=-1, ru;q=0.1', null, 'RU', 'negative weight'],
  ['tr;q=, ru;q=0.1', null, 'RU', 'no number'],
  ['tr;q=abc, az;q=0.1', null, 'AZ', 'no number'],
  ['tr;level=1, az;q=0.1', null, 'AZ', 'another parameter'],
  ['tr;q=1;q=0, az;q=0.1', null, 'AZ', 'two parameters'],
  [';q=1, az', null, 'AZ', 'no language'],
  [',,, ,ru,', null, 'RU', 'empty entries'],
  ['tr--TR, az', null, 'AZ', 'empty subtag'],
  ['tr TR, az', null, 'AZ', 'blank inside'],
  ['__proto__, constructor, ru', null, 'RU', 'names of an object'],
  ['тр, ru', null, 'RU', 'not ASCII'],
  [long, 'TUR', 'RU', 'a very long header'],
];

describe('requestLocale', () => {
  it.each(CASES)('%j from %s is answered in %s: %s', (acceptLanguage, nation, expected) => {
    expect(requestLocale({ claim: null, acceptLanguage, nation })).toBe(expected);
  });

  it('puts the claim of the token before everything', () => {
    expect(requestLocale({ claim: 'AZ', acceptLanguage: 'ru, tr;q=0.5', nation: 'TUR' })).toBe('AZ');
    expect(requestLocale({ claim: null, acceptLanguage: 'ru, tr;q=0.5', nation: 'TUR' })).toBe('RU');
  });
});

import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LOCALES } from '../../src/domain/locale.js';
import { translator, vocabularyDescription, vocabularyLabel } from '../../src/i18n/labels.js';

describe('translator', () => {
  it('speaks each language', () => {
    const key = 'vocabulary.IncidentCategory.CEASEFIRE_VIOLATION';
    expect(LOCALES.map((locale) => translator(locale)(key))).toEqual([
      'ateşkes ihlali',
      'нарушение режима прекращения огня',
      'atəşkəs rejiminin pozulması',
      'ceasefire violation',
    ]);
  });

  it('fills in variables', () => {
    expect(translator('TR')('errors.PAGE_SIZE', { minimum: 1, maximum: 100 })).toBe(
      'Sayfa boyutu 1 ile 100 arasında olmalıdır.',
    );
  });

  it('neither escapes nor interprets a variable', () => {
    const hostile = '<b> & {{role}} $t(errors.BAD_REQUEST)';
    expect(translator('EN')('errors.FORBIDDEN', { scope: hostile, role: 'x' })).toContain(hostile);
  });

  it.each(['errors.NO_SUCH', 'errors', '', 'errors.constructor', 'vocabulary.Severity.__proto__'])(
    'throws on the key "%s" instead of serving it or another language',
    (key) => {
      for (const locale of LOCALES) expect(() => translator(locale)(key)).toThrow();
    },
  );

  it('throws when a variable is missing', () => {
    expect(() => translator('RU')('errors.PAGE_SIZE', { minimum: 1 })).toThrow('{{maximum}}');
  });

  it('is one function per language', () => {
    for (const locale of LOCALES) expect(translator(locale)).toBe(translator(locale));
  });

  it('shares no state between requests that interleave', async () => {
    const request = async (locale: 'TR' | 'RU', expected: string): Promise<void> => {
      const t = translator(locale);
      for (let turn = 0; turn < 200; turn += 1) {
        expect(t('vocabulary.Severity.HIGH')).toBe(expected);
        await setImmediate();
      }
    };
    await Promise.all([request('TR', 'yüksek'), request('RU', 'высокая'), request('TR', 'yüksek')]);
  });
});

describe('vocabularyLabel and vocabularyDescription', () => {
  it('give the label, the sentence, and the name of the vocabulary', () => {
    expect(vocabularyLabel('AZ', 'IncidentCategory', 'MINE_INCIDENT')).toBe('mina partlayışı');
    expect(vocabularyDescription('TR', 'Verdict', 'CONFIRMED')).toBe(
      'Değerlendiren ülke, kaydın içeriğini doğru buldu.',
    );
    expect(vocabularyDescription('RU', 'Severity')).toBe('степень тяжести');
  });

  it('have no sentence for a code that needs none', () => {
    expect(vocabularyDescription('EN', 'Locale', 'TR')).toBeUndefined();
  });

  it('throw for a code that the vocabulary lacks', () => {
    expect(() => vocabularyLabel('EN', 'Severity', 'EXTREME')).toThrow();
  });
});

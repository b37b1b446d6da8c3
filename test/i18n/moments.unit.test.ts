import { describe, expect, it } from 'vitest';
import type { Locale } from '../../src/domain/locale.js';
import type { TimePrecision } from '../../src/domain/vocabularies.js';
import { dayText, occurrenceText } from '../../src/i18n/moments.js';
import { ordinalYear, pointInTime } from '../../src/i18n/numerals.js';
import { placePhrase } from '../../src/i18n/place-phrase.js';

const when = (locale: Locale, from: string, to: string | null, precision: TimePrecision): string =>
  occurrenceText(locale, new Date(from), to === null ? null : new Date(to), precision);

describe('times of the clock in Turkish and Azerbaijani', () => {
  it.each([
    ['14:05', "14:05'te", '14:05-də'],
    ['10:00', "10:00'da", '10:00-da'],
    ['00:00', "00:00'da", '00:00-da'],
    ['04:00', "04:00'te", '04:00-də'],
    ['13:00', "13:00'te", '13:00-də'],
    ['20:00', "20:00'de", '20:00-də'],
    ['09:00', "09:00'da", '09:00-da'],
    ['14:40', "14:40'ta", '14:40-da'],
    ['16:15', "16:15'te", '16:15-də'],
    ['21:50', "21:50'de", '21:50-də'],
    ['10:30', "10:30'da", '10:30-da'],
    ['08:06', "08:06'da", '08:06-da'],
    ['08:07', "08:07'de", '08:07-də'],
    ['08:59', "08:59'da", '08:59-da'],
  ])('%s is %s and %s', (clock, turkish, azerbaijani) => {
    expect(pointInTime('TR', clock)).toBe(turkish);
    expect(pointInTime('AZ', clock)).toBe(azerbaijani);
    expect(pointInTime('RU', clock)).toBe(clock);
  });
});

describe('years in Azerbaijani', () => {
  it.each([
    [2020, '2020-ci'],
    [2021, '2021-ci'],
    [2022, '2022-ci'],
    [2023, '2023-cü'],
    [2024, '2024-cü'],
    [2026, '2026-cı'],
    [2029, '2029-cu'],
    [2030, '2030-cu'],
    [2040, '2040-cı'],
    [2000, '2000-ci'],
    [1900, '1900-cü'],
  ])('%i is %s', (year, text) => {
    expect(ordinalYear('AZ', year)).toBe(text);
    expect(ordinalYear('TR', year)).toBe(String(year));
  });
});

describe('when something happened', () => {
  it.each<[string, string | null, TimePrecision, string, string, string, string]>([
    [
      '2022-03-12T10:05:00Z',
      null,
      'MINUTE',
      'On 12 March 2022 at 14:05',
      "12 Mart 2022 günü saat 14:05'te",
      '12 марта 2022 года в 14:05',
      '12 mart 2022-ci il tarixində saat 14:05-də',
    ],
    [
      '2022-03-11T06:00:00Z',
      null,
      'HOUR',
      'On 11 March 2022 at about 10:00',
      '11 Mart 2022 günü saat 10:00 sularında',
      '11 марта 2022 года около 10:00',
      '11 mart 2022-ci il tarixində saat 10:00 radələrində',
    ],
    // Midnight in Baku is 20:00 of the day before in UTC.
    [
      '2022-03-08T20:00:00Z',
      null,
      'DAY',
      'On 9 March 2022',
      '9 Mart 2022 günü',
      '9 марта 2022 года',
      '9 mart 2022-ci il tarixində',
    ],
    [
      '2022-03-08T20:00:00Z',
      '2022-03-10T20:00:00Z',
      'DAY',
      'On 9–10 March 2022',
      '9–10 Mart 2022 günlerinde',
      '9–10 марта 2022 года',
      '9–10 mart 2022-ci il tarixlərində',
    ],
    [
      '2022-12-30T20:00:00Z',
      '2023-01-02T20:00:00Z',
      'DAY',
      'From 31 December 2022 to 2 January 2023',
      '31 Aralık 2022 ile 2 Ocak 2023 arasında',
      'С 31 декабря 2022 года по 2 января 2023 года',
      '31 dekabr 2022-ci il ilə 2 yanvar 2023-cü il arasında',
    ],
    [
      '2021-04-30T20:00:00Z',
      null,
      'MONTH',
      'In May 2021 (day unknown)',
      'Mayıs 2021 içinde (günü bilinmiyor)',
      'В один из дней мая 2021 года',
      '2021-ci ilin may ayında (günü məlum deyil)',
    ],
    [
      '2021-04-30T20:00:00Z',
      '2021-07-31T20:00:00Z',
      'MONTH',
      'From May 2021 to July 2021',
      'Mayıs 2021 ile Temmuz 2021 arasında',
      'В период с мая 2021 года до конца июля 2021 года',
      '2021-ci ilin may ayı ilə 2021-ci ilin iyul ayı arasında',
    ],
    [
      '2022-03-11T06:00:00Z',
      '2022-03-11T08:30:00Z',
      'MINUTE',
      'On 11 March 2022 between 10:00 and 12:30',
      '11 Mart 2022 günü saat 10:00 ile 12:30 arasında',
      '11 марта 2022 года с 10:00 до 12:30',
      '11 mart 2022-ci il tarixində saat 10:00 ilə 12:30 arasında',
    ],
    [
      '2022-12-12T06:30:00Z',
      '2023-09-30T20:00:00Z',
      'MINUTE',
      'From 10:30 on 12 December 2022 to the end of 30 September 2023',
      '12 Aralık 2022 saat 10:30 ile 30 Eylül 2023 gün sonu arasında',
      'С 10:30 12 декабря 2022 года до конца дня 30 сентября 2023 года',
      '12 dekabr 2022-ci il saat 10:30 ilə 30 sentyabr 2023-cü il gününün sonu arasında',
    ],
    [
      '2022-12-12T06:30:00Z',
      '2022-12-13T08:00:00Z',
      'MINUTE',
      'From 10:30 on 12 December 2022 to 12:00 on 13 December 2022',
      '12 Aralık 2022 saat 10:30 ile 13 Aralık 2022 saat 12:00 arasında',
      'С 10:30 12 декабря 2022 года до 12:00 13 декабря 2022 года',
      '12 dekabr 2022-ci il saat 10:30 ilə 13 dekabr 2022-ci il saat 12:00 arasında',
    ],
  ])('%s to %s, known to the %s', (from, to, precision, english, turkish, russian, azerbaijani) => {
    expect(when('EN', from, to, precision)).toBe(english);
    expect(when('TR', from, to, precision)).toBe(turkish);
    expect(when('RU', from, to, precision)).toBe(russian);
    expect(when('AZ', from, to, precision)).toBe(azerbaijani);
  });

  it('writes a day as the language does', () => {
    expect((['TR', 'RU', 'AZ', 'EN'] as const).map((locale) => dayText(locale, '2023-09-19'))).toEqual([
      '19 Eylül 2023',
      '19 сентября 2023 года',
      '19 sentyabr 2023-cü il',
      '19 September 2023',
    ]);
  });
});

describe('where something happened', () => {
  it('inflects the Russian names of districts, and no other name', () => {
    expect(placePhrase('RU', { kind: 'DISTRICT', name: 'Агдамский район', district: null })).toBe(
      'в Агдамском районе',
    );
    expect(placePhrase('RU', { kind: 'DISTRICT', name: 'Округ Икс', district: null })).toBe(
      '(место: Округ Икс)',
    );
    expect(placePhrase('RU', { kind: 'VILLAGE', name: 'Сус', district: 'Лачинский район' })).toBe(
      'в районе населённого пункта Сус (Лачинский район)',
    );
    expect(placePhrase('TR', { kind: 'CITY', name: 'Hankendi', district: null })).toBe(
      'Hankendi yakınlarında',
    );
    expect(placePhrase('AZ', { kind: 'AREA', name: 'Laçın dəhlizi', district: null })).toBe(
      'Laçın dəhlizi ərazisində',
    );
    expect(placePhrase('EN', { kind: 'DISTRICT', name: 'Aghdam District', district: null })).toBe(
      'in Aghdam District',
    );
  });
});

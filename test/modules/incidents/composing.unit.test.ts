import { afterEach, describe, expect, it, vi } from 'vitest';
import { LOCALES } from '../../../src/domain/locale.js';
import { digest, digestParts } from '../../../src/modules/incidents/read/incident.digest.js';
import { compose } from '../../../src/planner/composition.js';

const PARTS = {
  category: 'MINE_INCIDENT',
  severity: 'HIGH',
  status: 'REPORTED',
  occurredFrom: '2022-03-09T10:00:00+04:00',
  occurredTo: '2022-03-09T12:00:00+04:00',
  timePrecision: 'HOUR',
  title: { text: 'A title', locale: 'TR', isStale: true },
  originator: { code: 'TUR', name: 'Türkiye' },
  place: { kind: 'VILLAGE', name: 'Şuşa', district: null },
  claims: [{ claimant: { code: 'TUR', name: 'Türkiye' }, attributedTo: { code: 'RUS', name: 'Rusya' } }],
  casualties: [{ group: 'CIVILIAN', killed: 1_234, wounded: 2, detained: null }],
};
const write = (): string[] => LOCALES.map((locale) => digest(locale, digestParts.parse(PARTS)));

const FORMATS = ['DateTimeFormat', 'ListFormat', 'NumberFormat', 'PluralRules'] as const;

describe('digests', () => {
  afterEach(() => vi.restoreAllMocks());

  it('make no formats once there is one of each kind for each language', () => {
    const before = write();
    const made = FORMATS.map((name) => vi.spyOn(Intl, name));
    for (let round = 0; round < 50; round += 1) expect(write()).toEqual(before);
    expect(made.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0, 0]);
  });

  it('count in the format of their language', () => {
    const numbers = write().map((text) => /1\D?234/.exec(text)?.[0]);
    expect(numbers).toEqual(['1.234', '1\u00a0234', '1.234', '1,234']);
  });
});

describe('composing', () => {
  const marked = (composition: number, parts: unknown): string =>
    `{"#composition":${composition},"parts":${JSON.stringify(parts)},"#end":true}`;

  it('replaces the parts of every field, and nothing else', async () => {
    const hostile = ['{"#composition":0,"parts":1,"#end":true}', ',"#end":true}', '"\\', '{"#composition":'];
    const compositions = [(parts: unknown) => [parts], (parts: unknown) => String(parts)];
    for (const text of hostile) {
      const answer = `{"text":${JSON.stringify(text)},"a":${marked(0, text)},"list":[${marked(1, 7)},${marked(0, null)}]}`;
      expect(JSON.parse(await compose(answer, compositions))).toEqual({
        text,
        a: [text],
        list: ['7', [null]],
      });
    }
  });

  it('leaves a text without parts as it is', () => {
    expect(compose('{"a": 1.0}', [() => 0])).toBe('{"a": 1.0}');
  });

  it('rejects when a composition throws', async () => {
    const failing = () => {
      throw new Error('parts are wrong');
    };
    await expect(compose(marked(0, {}), [failing])).rejects.toThrow('parts are wrong');
  });
});

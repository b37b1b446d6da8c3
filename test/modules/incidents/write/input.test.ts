import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import { UNREADABLE } from '../../../support/texts.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  people,
  REPORT,
  RETRACT,
  run,
  succeed,
  TRANSLATE,
} from '../../../support/writing.js';

let app: App;
let who: ReturnType<typeof people>;

beforeAll(async () => {
  app = await startApp();
  who = people(app);
});
afterAll(() => app?.stop());

const title = (text: string) => ({ title: { locale: 'TR', text } });
const claim = (overrides: object) => ({ claims: [{ claimant: 'AZE', sourceType: 'OTHER', ...overrides }] });
const casualties = (overrides: object) => ({ casualties: [{ group: 'UNKNOWN', ...overrides }] });
const position = (latitude: number, longitude: number) => ({ position: { latitude, longitude } });
const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const many = <T>(item: T) => Array.from({ length: 51 }, () => item);

/** What is wrong, its code, and the path of the field. */
const BAD: readonly (readonly [string, () => object, string, string])[] = [
  ['a blank title', () => title(' \t\n '), 'REQUIRED', 'title.text'],
  ...Object.entries(UNREADABLE).map(([what, text]) => {
    const code = /[\p{Cc}\p{Cs}]/u.test(text) ? 'INVALID' : 'REQUIRED';
    return [`a title of ${what} only`, () => title(text), code, 'title.text'] as const;
  }),
  [
    'a narrative of invisible lines',
    () => ({ narrative: { locale: 'RU', text: '\u200b\n\t\u200b' } }),
    'REQUIRED',
    'narrative.text',
  ],
  [
    'a statement nobody can read',
    () => claim({ statement: { locale: 'AZ', text: '\u2060' } }),
    'REQUIRED',
    'claims.0.statement.text',
  ],
  ['a title of 501 characters', () => title('ə'.repeat(501)), 'TOO_LONG', 'title.text'],
  ['a line break in a title', () => title('a\nb'), 'INVALID', 'title.text'],
  ['an escape', () => title('a\u001bb'), 'INVALID', 'title.text'],
  ['a text turned around', () => title('a\u202eb'), 'INVALID', 'title.text'],
  [
    'a narrative of 20,001 characters',
    () => ({ narrative: { locale: 'RU', text: 'я'.repeat(20_001) } }),
    'TOO_LONG',
    'narrative.text',
  ],
  [
    'a bell in a narrative',
    () => ({ narrative: { locale: 'RU', text: 'я\u0007' } }),
    'INVALID',
    'narrative.text',
  ],
  ['a time two minutes ahead', () => ({ occurredFrom: soon(120) }), 'OUT_OF_RANGE', 'occurredFrom'],
  [
    'a time before the record',
    () => ({ occurredFrom: '2020-09-26T23:59:59+04:00' }),
    'OUT_OF_RANGE',
    'occurredFrom',
  ],
  ['an end before the beginning', () => ({ occurredTo: '2021-08-11T17:49:59Z' }), 'INVALID', 'occurredTo'],
  ['an end at the beginning', () => ({ occurredTo: '2021-08-11T17:50:00Z' }), 'INVALID', 'occurredTo'],
  ['an end ahead', () => ({ occurredTo: soon(120) }), 'OUT_OF_RANGE', 'occurredTo'],
  ['a latitude off the globe', () => position(90.1, 46), 'OUT_OF_RANGE', 'position.latitude'],
  ['a longitude off the globe', () => position(40, -180.1), 'OUT_OF_RANGE', 'position.longitude'],
  ['an unknown place', () => ({ place: 'atlantis' }), 'UNKNOWN_REFERENCE', 'place'],
  ['a place with a Cyrillic letter', () => ({ place: '\u0430gdam' }), 'UNKNOWN_REFERENCE', 'place'],
  ['an unknown claimant', () => claim({ claimant: 'XXX' }), 'UNKNOWN_REFERENCE', 'claims.0.claimant'],
  [
    'an unknown party blamed',
    () => claim({ attributedTo: '' }),
    'UNKNOWN_REFERENCE',
    'claims.0.attributedTo',
  ],
  [
    'an address that is none',
    () => claim({ sourceUrl: 'javascript:alert(1)' }),
    'INVALID',
    'claims.0.sourceUrl',
  ],
  [
    'a blank statement',
    () => claim({ statement: { locale: 'AZ', text: '' } }),
    'REQUIRED',
    'claims.0.statement.text',
  ],
  ['51 claims', () => ({ claims: many({ claimant: 'AZE', sourceType: 'OTHER' }) }), 'TOO_LONG', 'claims'],
  ['a negative count', () => casualties({ killed: -1 }), 'OUT_OF_RANGE', 'casualties.0.killed'],
  ['a count beyond reason', () => casualties({ wounded: 100_001 }), 'OUT_OF_RANGE', 'casualties.0.wounded'],
  [
    'people of an unknown party',
    () => casualties({ party: 'TUR ' }),
    'UNKNOWN_REFERENCE',
    'casualties.0.party',
  ],
  [
    'an unknown provision',
    () => ({ provisions: ['trilateral-statement-2020/99'] }),
    'UNKNOWN_REFERENCE',
    'provisions.0',
  ],
  [
    'a provision named twice',
    () => ({ provisions: ['memorandum-2020/1', 'memorandum-2020/1'] }),
    'INVALID',
    'provisions.1',
  ],
  ['the public at filing', () => ({ releaseTo: ['TUR', 'PUBLIC'] }), 'INVALID', 'releaseTo.1'],
  ['the host nation at filing', () => ({ releaseTo: ['AZE'] }), 'INVALID', 'releaseTo.0'],
  ['an invisible key', () => ({ idempotencyKey: '\u3164' }), 'REQUIRED', 'idempotencyKey'],
  ['a blank key', () => ({ idempotencyKey: '  ' }), 'REQUIRED', 'idempotencyKey'],
  ['a key of 201 characters', () => ({ idempotencyKey: 'k'.repeat(201) }), 'TOO_LONG', 'idempotencyKey'],
];

describe('a report is refused for', () => {
  it.each(BAD)('%s', async (_, overrides, code, field) => {
    const before = await app.sql('select count(*) from incident');
    const { incident, userErrors } = await run(who.turDuty, REPORT, aReport(overrides()));
    expect(incident).toBeNull();
    expect(userErrors.map((error) => [error.code, error.field.join('.')])).toEqual([
      [code, `input.${field}`],
    ]);
    expect(await app.sql('select count(*) from incident')).toEqual(before);
  });
});

const GOOD: readonly (readonly [string, () => object])[] = [
  ['a title of 500 characters beyond the first plane', () => title('🛰'.repeat(500))],
  ['a time half a minute ahead', () => ({ occurredFrom: soon(30) })],
  ['the first moment of the record', () => ({ occurredFrom: '2020-09-27T00:00:00+04:00' })],
  ['lines and tabs in a narrative', () => ({ narrative: { locale: 'RU', text: 'а\n\tб' } })],
  ['a pole', () => position(90, 180)],
  ['nought casualties', () => casualties({ killed: 0, wounded: 100_000 })],
  ['its own nation among the audiences', () => ({ releaseTo: ['TUR'] })],
  ['a question mark as a title', () => title('?')],
  ['a sign as a title', () => title('☢')],
  ['a letter among what cannot be seen', () => title('\u200bə\u2060')],
  ['letters of every side', () => title('İıĞğƏə Ёё — “Ağdam”')],
];

describe('a report is taken with', () => {
  it.each(GOOD)('%s', async (_, overrides) => {
    await succeed(who.turDuty, REPORT, aReport(overrides()));
  });
});

describe('the rules of input', () => {
  it('report all problems at once', async () => {
    const { userErrors } = await run(
      who.turDuty,
      REPORT,
      aReport({
        ...title(''),
        place: 'nowhere',
        ...casualties({ killed: -1 }),
        occurredFrom: soon(3600),
        releaseTo: ['PUBLIC'],
      }),
    );
    expect(userErrors.map(({ code }) => code).sort()).toEqual([
      'INVALID',
      'OUT_OF_RANGE',
      'OUT_OF_RANGE',
      'REQUIRED',
      'UNKNOWN_REFERENCE',
    ]);
  });

  it("speak the reader's language, in codes that stay", async () => {
    const messages = new Map<string, string>();
    for (const language of ['tr', 'ru', 'az', 'en']) {
      const { data } = await who.turDuty.query(
        REPORT,
        { input: aReport({ ...position(91, 46), releaseTo: ['AZE'] }) },
        { 'accept-language': language },
      );
      const [first, second] = data.result.userErrors;
      expect([first.code, second.code]).toEqual(['OUT_OF_RANGE', 'INVALID']);
      messages.set(language, `${first.message} ${second.message}`);
    }
    expect(messages.get('tr')).toContain('Sayı -90 ile 90 arasında olmalıdır.');
    expect(messages.get('ru')).toContain('Число должно быть от -90 до 90.');
    expect(messages.get('ru')).toContain('(Азербайджан)');
    expect(messages.get('az')).toContain('Ədəd -90 ilə 90 arasında olmalıdır.');
    expect(messages.get('en')).toContain('The number must be between -90 and 90.');
  });

  it('warn of a position outside the area, and take it', async () => {
    const { data } = await who.turDuty.query(REPORT, { input: aReport(position(46.95, 40.05)) });
    expect(data.result.incident).not.toBeNull();
    expect(data.result.warnings).toMatchObject([{ code: 'OUT_OF_RANGE', field: ['input', 'position'] }]);
    const inside = await who.turDuty.query(REPORT, { input: aReport(position(40.05, 46.95)) });
    expect(inside.data.result.warnings).toEqual([]);
  });

  it('keep texts trimmed and in NFC', async () => {
    const { id } = await succeed(who.turDuty, REPORT, aReport(title('  Ag\u0306dam  ')));
    const { data } = await who.turDuty.query(
      'query ($id: ID!) { node(id: $id) { ... on Incident { title { text } } } }',
      { id },
    );
    expect(data.node.title.text).toBe('Ağdam');
  });

  it('hold for every other write, too', async () => {
    const own = await succeed(who.turDuty, REPORT, aReport());
    const long = { locale: 'RU', text: 'я'.repeat(4_001) };
    const fields = async (document: string, input: object, caller = who.turDuty) =>
      (await run(caller, document, { ...at(own), ...input })).userErrors.map(
        ({ code, field }) => `${code} ${field.join('.')}`,
      );
    expect(await fields(AMEND, { ...position(100, 0), ...title('\u0007'), version: 9 })).toEqual([
      'STALE_VERSION input.version',
      'OUT_OF_RANGE input.position.latitude',
      'INVALID input.title.text',
    ]);
    expect(await fields(AMEND, { place: 'nowhere', provisions: ['x'] })).toEqual([
      'UNKNOWN_REFERENCE input.place',
      'UNKNOWN_REFERENCE input.provisions.0',
    ]);
    expect(await fields(TRANSLATE, { title: { locale: 'RU', text: ' ' } })).toEqual([
      'REQUIRED input.title.text',
    ]);
    expect(
      await fields(ASSESS, { verdict: 'CONFIRMED', remark: long, internalNote: '' }, who.rusHead),
    ).toEqual(['TOO_LONG input.remark.text', 'REQUIRED input.internalNote']);
    expect(await fields(RETRACT, { reason: long })).toEqual(['TOO_LONG input.reason.text']);
    const { data } = await who.turDuty.query(
      'query ($id: ID!) { node(id: $id) { ... on Incident { version status } } }',
      { id: own.id },
    );
    expect(data.node).toEqual({ version: 1, status: 'REPORTED' });
  });

  it('a body that is too large is refused', async () => {
    const { status } = await who.turDuty.query(REPORT, { input: aReport(title('x'.repeat(5_000_000))) });
    expect(status).toBe(413);
  });
});

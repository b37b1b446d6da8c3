import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AUDIENCES, type Audience, NATIONS } from '../src/domain/scopes.js';
import { VOCABULARIES } from '../src/domain/vocabularies.js';

const file = (name: string): string => readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8');
const json = <T>(name: string, shape: z.ZodType<T>): T => shape.parse(JSON.parse(file(name)));
const csv = <T>(name: string, shape: z.ZodType<T>): T[] =>
  z.array(shape).parse(parse(file(name), { columns: true }));

const text = z
  .string()
  .min(1)
  .refine((value) => value === value.trim().normalize('NFC'), 'trimmed and NFC');
const names = z.strictObject({ tr: text, ru: text, az: text, en: text });
const date = z.iso.date();
const url = z.url({ protocol: /^https?$/ });
const code = z.string().regex(/^[a-z0-9-]+$/);
const blankOr = <T extends z.ZodType>(shape: T) => z.union([z.literal('').transform(() => null), shape]);
const list = (separator: string) => z.string().transform((value) => value.split(separator).filter(Boolean));
const count = blankOr(z.string().regex(/^\d+$/).transform(Number));

const party = z.strictObject({
  code: z.enum(['AZE', 'ARM', 'RUS', 'TUR', 'RPC', 'JMC', 'DFA']),
  kind: z.enum(VOCABULARIES.PartyKind),
  name: names,
});
const appointment = z.strictObject({
  role: z.enum([
    'HEAD_OF_CONTINGENT',
    'COMMANDER_OF_PEACEKEEPERS',
    'MINISTER_OF_DEFENCE',
    'DEPUTY_MINISTER_OF_DEFENCE',
    'CHIEF_OF_GENERAL_STAFF',
    'PRESIDENT',
    'PRIME_MINISTER',
  ]),
  title: names,
  rank: names.nullable(),
  from: date.nullable(),
  to: date.nullable(),
});
const official = z.strictObject({
  code,
  party: party.shape.code,
  name: names,
  appointments: z.array(appointment).min(1),
  sources: z.array(url).min(1),
});
const deadline = z.strictObject({
  subject: names,
  planned: date.nullable(),
  revised: date.nullable(),
  actual: date.nullable(),
});
const provision = z.strictObject({
  number: z.int().positive(),
  summary: names,
  obligedParties: z.array(party.shape.code).min(1),
  places: z.array(code),
  deadlines: z.array(deadline),
  sources: z.array(url).min(1),
});
const agreement = z.strictObject({
  code,
  title: names,
  signedOn: date,
  effectiveAt: z.iso.datetime().nullable(),
  signatories: z.array(code).min(1),
  sources: z.array(url).min(1),
  provisions: z.array(provision).min(1),
});
const centre = z.strictObject({
  name: names,
  place: code,
  openedOn: date,
  closedOn: date,
  contingents: z.array(z.strictObject({ nation: z.enum(NATIONS), strength: z.int().positive() })),
});
const place = z.strictObject({
  code,
  kind: z.enum(VOCABULARIES.PlaceKind),
  parent: blankOr(code),
  name_tr: text,
  name_ru: text,
  name_az: text,
  name_en: text,
  aliases: list('|'),
  latitude: blankOr(z.coerce.number().min(38).max(42)),
  longitude: blankOr(z.coerce.number().min(44).max(49)),
});
const bakuTime = z.iso.datetime({ offset: true }).refine((value) => value.endsWith('+04:00'), 'Asia/Baku');
const incident = z.strictObject({
  key: z.string().regex(/^KB-\d{4}$/),
  originator: z.enum(NATIONS),
  released_to: list(';').pipe(z.array(z.enum(AUDIENCES))),
  category: z.enum(VOCABULARIES.IncidentCategory),
  severity: z.enum(VOCABULARIES.Severity),
  occurred_from: bakuTime,
  occurred_to: blankOr(bakuTime),
  time_precision: z.enum(VOCABULARIES.TimePrecision),
  place: blankOr(code),
  title_source: z.enum(['tr', 'ru', 'az', 'en']),
  title_tr: text,
  title_ru: text,
  title_az: text,
  title_en: text,
  claimants: list(';').pipe(z.array(party.shape.code).min(1)),
  attributed_to: list(';').pipe(z.array(party.shape.code)),
  source_type: z.enum(VOCABULARIES.SourceType),
  source_urls: list(' ').pipe(z.array(url).min(1)),
  killed_military: count,
  killed_civilian: count,
  wounded: count,
  provisions: list(';'),
  note: text,
});

const parties = json('parties.json', z.array(party));
const officials = json('officials.json', z.array(official));
const agreements = json('agreements.json', z.array(agreement));
const theCentre = json('centre.json', centre);
const places = csv('places.csv', place);
const incidents = csv('incidents.csv', incident);

const placeCodes = places.map(({ code }) => code);
const provisionCodes = agreements.flatMap(({ code, provisions }) =>
  provisions.map(({ number }) => `${code}/${number}`),
);

describe('identity', () => {
  it.each([
    ['parties', parties.map(({ code }) => code), 7],
    ['officials', officials.map(({ code }) => code), 16],
    ['agreements', agreements.map(({ code }) => code), 3],
    ['places', placeCodes, 55],
    ['incidents', incidents.map(({ key }) => key), 51],
    ['provisions', provisionCodes, 18],
  ])('%s are complete and each has its own code', (_, codes, size) => {
    expect(new Set(codes).size).toBe(size);
    expect(codes).toHaveLength(size);
  });

  it('knows the agreements by their public codes', () => {
    expect(agreements.map(({ code, provisions }) => [code, provisions.map(({ number }) => number)])).toEqual([
      ['trilateral-statement-2020', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
      ['memorandum-2020', [1, 2, 3, 4, 5]],
      ['trilateral-statement-2021', [1, 2, 3, 4]],
    ]);
  });
});

describe('references', () => {
  it('of officials, agreements and the Centre resolve', () => {
    const partyCodes = parties.map(({ code }) => code);
    const officialCodes = officials.map(({ code }) => code);
    expect(partyCodes).toEqual(expect.arrayContaining(officials.map(({ party }) => party)));
    expect(officialCodes).toEqual(expect.arrayContaining(agreements.flatMap((one) => one.signatories)));
    expect(placeCodes).toEqual(
      expect.arrayContaining(agreements.flatMap(({ provisions }) => provisions.flatMap((one) => one.places))),
    );
    expect(placeCodes).toContain(theCentre.place);
  });

  it('of places lead to a district', () => {
    const districts = places.filter(({ kind }) => kind === 'DISTRICT').map(({ code }) => code);
    for (const { parent } of places) if (parent !== null) expect(districts).toContain(parent);
  });

  it('of incidents resolve', () => {
    const located = incidents.flatMap((one) => one.place ?? []);
    expect(placeCodes).toEqual(expect.arrayContaining(located));
    expect(provisionCodes).toEqual(expect.arrayContaining(incidents.flatMap((one) => one.provisions)));
  });
});

describe('dates', () => {
  it('of appointments, the Centre and incidents are in order', () => {
    const intervals: [from: string | null, to: string | null][] = [
      ...officials.flatMap((one) =>
        one.appointments.map(({ from, to }): [typeof from, typeof to] => [from, to]),
      ),
      [theCentre.openedOn, theCentre.closedOn],
      ...incidents.map((one): [string, string | null] => [one.occurred_from, one.occurred_to]),
    ];
    for (const [from, to] of intervals) if (from !== null && to !== null) expect(from < to).toBe(true);
  });

  it('of incidents carry no more precision than is known', () => {
    for (const { key, occurred_from, occurred_to, time_precision } of incidents) {
      if (time_precision === 'DAY') expect(occurred_from, key).toContain('T00:00:00');
      if (time_precision === 'MONTH') expect(occurred_from, key).toContain('-01T00:00:00');
      if (time_precision === 'HOUR') expect(occurred_from, key).toContain(':00:00+');
      if (occurred_to !== null) expect(occurred_to, key).toContain('T00:00:00');
    }
  });

  it('has the succession at the head of the Turkish contingent without gap or overlap', () => {
    const heads = officials.filter((one) => ['katirci', 'akpinar'].includes(one.code));
    expect(heads.flatMap(({ appointments }) => appointments.map(({ from, to }) => [from, to]))).toEqual([
      ['2021-01-30', '2022-09-09'],
      ['2022-09-09', null],
    ]);
  });
});

describe('incidents', () => {
  it.each([
    ['TUR', 47],
    ['RUS', 45],
    ['AZE', 41],
    ['PUBLIC', 11],
  ] satisfies [Audience, number][])('%s sees %i of them', (audience, expected) => {
    const seen = incidents.filter((one) => one.originator === audience || one.released_to.includes(audience));
    expect(seen).toHaveLength(expected);
  });

  it('are never released to their originator, or twice', () => {
    for (const { key, originator, released_to } of incidents) {
      expect(released_to, key).not.toContain(originator);
      expect(new Set(released_to).size, key).toBe(released_to.length);
    }
  });

  it('keep unknown casualties apart from none', () => {
    const unknown = incidents.filter(({ killed_military }) => killed_military === null).map(({ key }) => key);
    expect(unknown).toEqual(['KB-0007', 'KB-0030', 'KB-0035', 'KB-0050']);
  });

  it('are at least as severe as the figures say', () => {
    for (const { key, severity, killed_military, killed_civilian, wounded } of incidents) {
      const killed = (killed_military ?? 0) + (killed_civilian ?? 0);
      if (killed >= 3) expect(severity, key).toBe('CRITICAL');
      else if (killed > 0) expect(['HIGH', 'CRITICAL'], key).toContain(severity);
      else if ((wounded ?? 0) > 0) expect(severity, key).not.toBe('LOW');
    }
  });

  it('have a title in the script of each language', () => {
    for (const { key, title_tr, title_ru, title_az, title_en } of incidents) {
      expect(title_ru, key).toMatch(/\p{Script=Cyrillic}/u);
      expect(`${title_tr}${title_az}${title_en}`, key).not.toMatch(/\p{Script=Cyrillic}/u);
      expect(title_tr, key).not.toMatch(/[Əə]/);
      expect(title_en, key).not.toMatch(/[Əəğışİ]/);
    }
  });
});

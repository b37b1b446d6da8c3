import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import { aReport, people } from '../../../support/writing.js';

let app: App;
let who: ReturnType<typeof people>;

beforeAll(async () => {
  app = await startApp();
  who = people(app);
});
afterAll(() => app?.stop());

describe('what was written is read back', () => {
  it('by any selection: aliases, fragments, directives, arguments', async () => {
    const { data, errors } = await who.rusDuty.query(
      `mutation ($input: ReportIncidentInput!, $no: Boolean = false) {
         a: reportIncident(input: $input) { __typename one: incident { ...Parts } two: incident { version } incident { id @include(if: $no) __typename } userErrors { code } }
       }
       fragment Parts on Node { id ... on Incident { label: categoryLabel(locale: RU) tr: categoryLabel(locale: TR) place { parent { n: name(locale: AZ) } } } }`,
      { input: aReport({ place: 'agdam-city', category: 'SNIPER_FIRE' }) },
    );
    expect(errors).toEqual([]);
    expect(data.a).toMatchObject({
      __typename: 'IncidentPayload',
      one: { label: 'снайперский огонь', place: { parent: { n: 'Ağdam rayonu' } } },
      two: { version: 1 },
      incident: { __typename: 'Incident' },
      userErrors: [],
    });
    expect(Object.keys(data.a)).toEqual(['__typename', 'one', 'two', 'incident', 'userErrors']);
  });

  it('each as it is, when one document is sent again with other values, by others and in other languages', async () => {
    const document = `mutation ($one: ReportIncidentInput!, $other: ReportIncidentInput!, $full: Boolean!, $locale: Locale) {
      a: reportIncident(input: $one) { incident { ...Said } } b: reportIncident(input: $other) { incident { ...Said } } }
      fragment Said on Incident { originator title @include(if: $full) { text } label: categoryLabel(locale: $locale) severityLabel }`;
    for (const [caller, nation, severity] of [
      [who.turDuty, 'TUR', 'yüksek'],
      [who.rusDuty, 'RUS', 'высокая'],
    ] as const) {
      for (const full of [true, false, true]) {
        for (const [locale, label] of [
          ['EN', 'Sniper fire'],
          ['AZ', 'Snayper atəşi'],
        ]) {
          const titles = [randomUUID(), randomUUID()];
          const [one, other] = titles.map((text) =>
            aReport({ category: 'SNIPER_FIRE', severity: 'HIGH', title: { locale: 'EN', text } }),
          );
          const { data, errors } = await caller.query(document, { one, other, full, locale });
          expect(errors).toEqual([]);
          expect([data.a.incident, data.b.incident]).toEqual(
            titles.map((text) => ({
              originator: nation,
              ...(full ? { title: { text } } : {}),
              label: expect.stringMatching(new RegExp(label ?? '', 'i')),
              severityLabel: severity,
            })),
          );
        }
      }
    }
  });

  it('under the rights of the token: a withheld field is null, a denied one has one error in all objects', async () => {
    const claim = { claimant: 'TUR', sourceType: 'MEDIA' };
    const poor = app.as('TUR', 'DUTY_OFFICER', {
      scopes: ['incident:report', 'incident:read'],
    });
    const { data, errors } = await poor.query(
      'mutation ($input: ReportIncidentInput!) { r: reportIncident(input: $input) { incident { version p: position { latitude } claims { statement { text } attributedTo { code } } } } }',
      { input: aReport({ position: { latitude: 40.1, longitude: 46.9 }, claims: [claim, claim] }) },
    );
    const seen = { statement: null, attributedTo: null };
    expect(data.r.incident).toEqual({ version: 1, p: null, claims: [seen, seen] });
    expect(errors.map(({ path, extensions }) => [path, extensions.code, extensions.scope])).toEqual([
      [['r', 'incident', 'claims', 0, 'attributedTo'], 'FORBIDDEN', 'reference:read'],
    ]);
    const blind = app.as('TUR', 'DUTY_OFFICER', { scopes: ['incident:report'] });
    const answer = await blind.query(
      'mutation ($input: ReportIncidentInput!) { r: reportIncident(input: $input) { incident { version } userErrors { code } } }',
      { input: aReport() },
    );
    expect(answer.data.r).toEqual({ incident: null, userErrors: [] });
    expect(answer.errors.map(({ path, extensions }) => [path, extensions.scope])).toEqual([
      [['r', 'incident'], 'incident:read'],
    ]);
  });
});

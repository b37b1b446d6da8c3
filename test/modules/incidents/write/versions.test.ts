import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATIONS } from '../../../../src/domain/scopes.js';
import { type App, startApp } from '../../../support/app.js';
import {
  AMEND,
  aReport,
  at,
  codes,
  people,
  REPORT,
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

const russian = { locale: 'RU', text: 'Слышен огонь из стрелкового оружия' };

describe('reporting', () => {
  it('answers the record as the reporter sees it', async () => {
    const incident = await succeed(who.turDuty, REPORT, aReport());
    expect(incident).toMatchObject({
      version: 1,
      originator: 'TUR',
      status: 'REPORTED',
      releasedTo: ['RUS'],
    });
    expect(incident.reference).toMatch(/^TUR-2021-\d{6,7}$/);
    expect(incident.revisions).toEqual([
      { version: 1, changedBy: 'TUR', changes: [], contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(incident.viewerActions).toEqual(['AMEND', 'TRANSLATE', 'RETRACT']);
  });

  it('shows the record to those named and nobody else', async () => {
    const visible = async (id: string): Promise<string[]> => {
      const seen = [];
      for (const nation of NATIONS) {
        const { data } = await app
          .as(nation, 'LIAISON_OFFICER')
          .query('query ($id: ID!) { node(id: $id) { id } }', { id });
        if (data.node) seen.push(nation);
      }
      return seen;
    };
    const of = async (caller: typeof who.turDuty, overrides: object) =>
      visible((await succeed(caller, REPORT, aReport(overrides))).id);
    expect(await of(who.turDuty, {})).toEqual(['TUR', 'RUS']);
    expect(await of(who.turDuty, { releaseTo: [] })).toEqual(['TUR']);
    expect(await of(who.turDuty, { releaseTo: null })).toEqual(['TUR']);
    expect(await of(who.rusDuty, { releaseTo: ['RUS'] })).toEqual(['RUS']);
    expect(await of(who.azeDuty, {})).toEqual(['TUR', 'RUS', 'AZE']);
    expect(await of(who.azeDuty, { releaseTo: ['TUR'] })).toEqual(['TUR', 'AZE']);
  });

  it('keeps everything that was reported', async () => {
    const { data } = await who.turDuty.query(
      `mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) { incident {
         category severity occurredFrom occurredTo timePrecision place { code } position { latitude longitude precision }
         title { text locale status } narrative { text } provisions { code }
         claims { claimant { code } attributedTo { code } sourceType sourceUrl statement { text locale } }
         casualties { party { code } group killed wounded detained } } } }`,
      {
        input: aReport({
          severity: 'HIGH',
          occurredFrom: '2021-08-11T21:50:00+04:00',
          occurredTo: '2021-08-11T22:50:00.123+04:00',
          timePrecision: 'HOUR',
          place: 'agdam-city',
          position: { latitude: 40.1, longitude: 46.95 },
          narrative: { locale: 'TR', text: ' Birinci satır\r\n\tİkinci satır \n' },
          claims: [
            { claimant: 'AZE', attributedTo: 'ARM', sourceType: 'MEDIA', sourceUrl: 'https://example.org/a' },
            { claimant: 'JMC', sourceType: 'UAV', statement: { locale: 'TR', text: 'Görüldü' } },
          ],
          casualties: [{ party: 'AZE', group: 'MILITARY', killed: 0, wounded: 2 }],
          provisions: ['trilateral-statement-2020/6', 'trilateral-statement-2020/1'],
        }),
      },
    );
    expect(data.reportIncident.incident).toEqual({
      category: 'SMALL_ARMS_FIRE',
      severity: 'HIGH',
      occurredFrom: '2021-08-11T17:50:00Z',
      occurredTo: '2021-08-11T18:50:00.123Z',
      timePrecision: 'HOUR',
      place: { code: 'agdam-city' },
      position: { latitude: 40.1, longitude: 46.95, precision: 'EXACT' },
      title: { text: 'Hafif silah ateşi duyuldu', locale: 'TR', status: 'SOURCE' },
      narrative: { text: 'Birinci satır\n\tİkinci satır' },
      provisions: [{ code: 'trilateral-statement-2020/6' }, { code: 'trilateral-statement-2020/1' }],
      claims: [
        {
          claimant: { code: 'AZE' },
          attributedTo: { code: 'ARM' },
          sourceType: 'MEDIA',
          sourceUrl: 'https://example.org/a',
          statement: null,
        },
        {
          claimant: { code: 'JMC' },
          attributedTo: null,
          sourceType: 'UAV',
          sourceUrl: null,
          statement: { text: 'Görüldü', locale: 'TR' },
        },
      ],
      casualties: [{ party: { code: 'AZE' }, group: 'MILITARY', killed: 0, wounded: 2, detained: null }],
    });
  });
});

describe('amending and translating', () => {
  it('each makes a version with its whole content', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    const translated = await succeed(who.rusDuty, TRANSLATE, { ...at(reported), title: russian });
    const amended = await succeed(who.turDuty, AMEND, {
      ...at(translated),
      title: { locale: 'TR', text: 'Top atışı' },
      casualties: [{ group: 'MILITARY', wounded: 1 }],
    });
    expect(amended.version).toBe(3);
    expect(amended.revisions.map(({ version, changedBy, changes }) => [version, changedBy, changes])).toEqual(
      [
        [1, 'TUR', []],
        [2, 'RUS', ['title']],
        [3, 'TUR', ['title', 'casualties']],
      ],
    );
    expect(new Set(amended.revisions.map(({ contentHash }) => contentHash)).size).toBe(3);
    const { data } = await who.rusDuty.query(
      'query ($id: ID!) { node(id: $id) { ... on Incident { title(locale: RU) { text isStale status } tr: title(locale: TR) { text isStale } } } }',
      { id: reported.id },
    );
    expect(data.node.title).toEqual({ text: russian.text, isStale: true, status: 'WORKING' });
    expect(data.node.tr).toEqual({ text: 'Top atışı', isStale: false });
    const corrected = await succeed(who.rusDuty, TRANSLATE, {
      ...at(amended),
      title: russian,
      status: 'OFFICIAL',
    });
    expect(corrected.version).toBe(4);
  });

  it('what is not given stays, null removes what may be absent', async () => {
    const reported = await succeed(
      who.turDuty,
      REPORT,
      aReport({ place: 'agdam', narrative: { locale: 'TR', text: 'Uzun' } }),
    );
    const amended = await succeed(who.turDuty, AMEND, { ...at(reported), place: null });
    expect(amended.revisions.at(-1)?.changes).toEqual(['place']);
    const { userErrors } = await run(who.turDuty, AMEND, { ...at(amended), category: null, claims: null });
    expect(userErrors.map(({ code, field }) => [code, field])).toEqual([
      ['REQUIRED', ['input', 'category']],
      ['REQUIRED', ['input', 'claims']],
    ]);
  });

  it('refuses what cannot be', async () => {
    const own = await succeed(who.turDuty, REPORT, aReport());
    expect(await codes(who.rusDuty, AMEND, { ...at(own), severity: 'LOW' })).toEqual(['NOT_ALLOWED_NOW']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), version: 2, severity: 'LOW' })).toEqual([
      'STALE_VERSION',
    ]);
    expect(await codes(who.turDuty, AMEND, at(own))).toEqual(['REQUIRED']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), severity: 'MODERATE' })).toEqual(['ALREADY_DONE']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), occurredTo: '2021-08-11T17:50:00Z' })).toEqual([
      'INVALID',
    ]);
    expect(await codes(who.rusDuty, TRANSLATE, at(own))).toEqual(['REQUIRED']);
    expect(
      await codes(who.rusDuty, TRANSLATE, { ...at(own), title: { locale: 'TR', text: 'Başka' } }),
    ).toEqual(['INVALID']);
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(own), title: russian, status: 'SOURCE' })).toEqual([
      'INVALID',
    ]);
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(own), narrative: russian })).toEqual(['INVALID']);
    const translated = await succeed(who.rusDuty, TRANSLATE, { ...at(own), title: russian });
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(translated), title: russian })).toEqual([
      'ALREADY_DONE',
    ]);
  });
});

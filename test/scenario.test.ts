import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, startApp } from './support/app.js';

/**
 * A day at the Centre, as clients live it over HTTP: on the Turkish side everything is said in Turkish, on
 * the Russian side in Russian.
 */
let app: App;
let ayse: Caller;
let kemal: Caller;
let ivan: Caller;
let olga: Caller;
let leyla: Caller;
let press: Caller;
let id: string;
let reference: string;

beforeAll(async () => {
  app = await startApp();
  ayse = app.as('TUR', 'DUTY_OFFICER', { subject: 'ayşe' });
  kemal = app.as('TUR', 'CONTINGENT_HEAD', { subject: 'kemal' });
  ivan = app.as('RUS', 'DUTY_OFFICER', { subject: 'иван' });
  olga = app.as('RUS', 'CONTINGENT_HEAD', { subject: 'ольга' });
  leyla = app.as('AZE', 'LIAISON_OFFICER', { subject: 'leyla' });
  press = app.as(null, 'PUBLIC');
});
afterAll(() => app?.stop());

async function ask(caller: Caller, document: string, variables: object = {}) {
  const { data, errors, headers } = await caller.query(document, variables);
  expect(errors).toEqual([]);
  return { ...data, language: headers.get('content-language') };
}

const LOOK = `query ($reference: String!) { incident(reference: $reference) {
  version title { text locale isFallback isStale } categoryLabel statusLabel status viewerActions
  assessments { nation verdictLabel version } } }`;
const look = async (caller: Caller) => (await ask(caller, LOOK, { reference })).incident;

describe('a day at the Centre', () => {
  it('08:40 — a UAV sees smoke near Ağdam; the Turkish duty officer, Ayşe, reports it', async () => {
    const { reportIncident, language } = await ask(
      ayse,
      `mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) {
         incident { id reference statusLabel categoryLabel place { name } } userErrors { message } } }`,
      {
        input: {
          idempotencyKey: randomUUID(),
          category: 'MORTAR_FIRE',
          severity: 'HIGH',
          occurredFrom: '2021-11-08T08:20:00+04:00',
          place: 'agdam',
          position: { latitude: 40.02, longitude: 46.99, precision: 'NEAR' },
          title: { locale: 'TR', text: 'Ağdam yakınında havan atışı' },
          narrative: { locale: 'TR', text: 'İHA üç duman bulutu gördü.\nCan kaybı bildirilmedi.' },
          claims: [{ claimant: 'JMC', sourceType: 'UAV' }],
          casualties: [{ group: 'UNKNOWN', killed: 0 }],
          provisions: ['trilateral-statement-2020/1'],
        },
      },
    );
    expect(language).toBe('tr');
    expect(reportIncident.userErrors).toEqual([]);
    expect(reportIncident.incident).toMatchObject({
      statusLabel: 'bildirildi',
      categoryLabel: 'havan ateşi',
      place: { name: 'Ağdam ili' },
    });
    ({ id, reference } = reportIncident.incident);
  });

  it('08:55 — the Russian duty officer, Ivan, finds it among what wants translating', async () => {
    const { translationQueue } = await ask(
      ivan,
      '{ translationQueue(locale: RU, first: 100) { nodes { reference title { text locale isFallback } } } }',
    );
    const found = translationQueue.nodes.find((node: { reference: string }) => node.reference === reference);
    expect(found.title).toEqual({ text: 'Ağdam yakınında havan atışı', locale: 'TR', isFallback: true });
  });

  it('09:05 — and says it in Russian', async () => {
    const { translateIncident, language } = await ask(
      ivan,
      `mutation ($input: TranslateIncidentInput!) { translateIncident(input: $input) {
         incident { version title { text locale isFallback } narrative { text } } userErrors { message } } }`,
      {
        input: {
          id,
          version: 1,
          title: { locale: 'RU', text: 'Миномётный огонь вблизи Агдама' },
          narrative: { locale: 'RU', text: 'БПЛА обнаружил три облака дыма.\nО погибших не сообщалось.' },
        },
      },
    );
    expect(language).toBe('ru');
    expect(translateIncident).toEqual({
      incident: {
        version: 2,
        title: { text: 'Миномётный огонь вблизи Агдама', locale: 'RU', isFallback: false },
        narrative: { text: 'БПЛА обнаружил три облака дыма.\nО погибших не сообщалось.' },
      },
      userErrors: [],
    });
  });

  const ASSESS = `mutation ($version: Int!, $verdict: Verdict!, $remark: TextInput, $id: ID!) {
    assessIncident(input: { id: $id, version: $version, verdict: $verdict, remark: $remark }) {
      incident { status statusLabel } userErrors { code message } } }`;

  it('09:30 — Kemal turns the Turkish key', async () => {
    const { assessIncident } = await ask(kemal, ASSESS, { id, version: 2, verdict: 'CONFIRMED' });
    expect(assessIncident.incident.statusLabel).toBe('karşı imza bekliyor');
  });

  it('09:40 — Ayşe learns of a fourth shell and amends; the key has to be turned anew', async () => {
    const { amendIncident } = await ask(
      ayse,
      `mutation ($input: AmendIncidentInput!) { amendIncident(input: $input) { incident { version status } userErrors { code } } }`,
      { input: { id, version: 2, narrative: { locale: 'TR', text: 'İHA dört duman bulutu gördü.' } } },
    );
    expect(amendIncident).toEqual({ incident: { version: 3, status: 'REPORTED' }, userErrors: [] });
    const { assessIncident } = await ask(olga, ASSESS, { id, version: 2, verdict: 'CONFIRMED' });
    expect(assessIncident).toEqual({
      incident: null,
      userErrors: [{ code: 'STALE_VERSION', message: 'Запись тем временем изменилась; её версия: 3.' }],
    });
    const { incident } = await ask(
      ivan,
      `query ($r: String!) { incident(reference: $r) { narrative { isStale } } }`,
      { r: reference },
    );
    expect(incident.narrative.isStale).toBe(true);
  });

  it('10:00 — the heads differ, and both verdicts stand side by side', async () => {
    await ask(kemal, ASSESS, { id, version: 3, verdict: 'CONFIRMED' });
    const { assessIncident } = await ask(olga, ASSESS, {
      id,
      version: 3,
      verdict: 'INCONCLUSIVE',
      remark: { locale: 'RU', text: 'Ждём данных патруля.' },
    });
    expect(assessIncident.incident.status).toBe('DISPUTED');
    const standing = (await look(kemal)).assessments.filter(
      ({ version }: { version: number }) => version === 3,
    );
    expect(standing).toEqual([
      { nation: 'RUS', verdictLabel: 'sonuca varılamadı', version: 3 },
      { nation: 'TUR', verdictLabel: 'teyit edildi', version: 3 },
    ]);
  });

  it('11:15 — the patrol is back; Olga confirms, and the incident is jointly confirmed', async () => {
    const { assessIncident } = await ask(olga, ASSESS, { id, version: 3, verdict: 'CONFIRMED' });
    expect(assessIncident.incident.status).toBe('JOINTLY_CONFIRMED');
    expect((await look(ayse)).statusLabel).toBe('ortaklaşa teyit edildi');
    expect((await look(ivan)).statusLabel).toBe('подтверждено совместно');
  });

  const RELEASE = `mutation ($id: ID!, $audience: Audience!) { releaseIncident(input: { id: $id, version: 3, audience: $audience }) {
    isEffective userErrors { code } } }`;

  it('12:00 — the host nation and the press know nothing until both heads agree to it', async () => {
    for (const audience of ['AZE', 'PUBLIC']) {
      const reader = audience === 'AZE' ? leyla : press;
      expect(await look(reader)).toBeNull();
      expect((await ask(olga, RELEASE, { id, audience })).releaseIncident.isEffective).toBe(false);
      expect(await look(reader)).toBeNull();
      expect((await ask(kemal, RELEASE, { id, audience })).releaseIncident.isEffective).toBe(true);
      expect((await look(reader)).status).toBe('JOINTLY_CONFIRMED');
    }
    expect((await look(press)).viewerActions).toEqual([]);
    expect((await look(leyla)).viewerActions).toEqual(['TRANSLATE']);
  });

  it('17:00 — it turns out to have been an exercise; Ayşe retracts, and the record stays', async () => {
    const { retractIncident } = await ask(
      ayse,
      `mutation ($input: RetractIncidentInput!) { retractIncident(input: $input) { incident { statusLabel } userErrors { code } } }`,
      { input: { id, version: 3, reason: { locale: 'TR', text: 'Duyurulmuş bir tatbikatmış.' } } },
    );
    expect(retractIncident.incident.statusLabel).toBe('geri çekildi');
    expect((await look(press)).status).toBe('RETRACTED');
    const { incident } = await ask(
      olga,
      `query ($r: String!) { incident(reference: $r) { revisions { version changedBy changes } assessments { nation version } } }`,
      { r: reference },
    );
    expect(incident.revisions).toEqual([
      { version: 1, changedBy: 'TUR', changes: [] },
      { version: 2, changedBy: 'RUS', changes: ['title', 'narrative'] },
      { version: 3, changedBy: 'TUR', changes: ['narrative'] },
    ]);
    expect(incident.assessments.length).toBe(4);
  });
});

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, startApp } from './support/app.js';
import {
  begun,
  cursorsOf,
  type Follower,
  follow,
  kindsOf,
  QUIET_MS,
  type Stream,
  stream,
} from './support/event-clients.js';

/**
 * A day at the Centre, as clients live it: they ask and write over HTTP and follow over a WebSocket, the
 * press over an event stream. On the Turkish side everything is said in Turkish, on the Russian side in
 * Russian, to the host nation in Azerbaijani and to the press in English.
 */
let app: App;
let ayse: Caller;
let kemal: Caller;
let ivan: Caller;
let olga: Caller;
let leyla: Caller;
let press: Caller;
/** The Turkish head's screen, the Russian duty officer's, the host nation's and the press's. */
let kemalsScreen: Follower;
let ivansScreen: Follower;
let leylasScreen: Follower;
let wire: Stream;
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
  kemalsScreen = await follow(app.url, kemal.token, LIVE);
  ivansScreen = await follow(app.url, ivan.token, LIVE);
  leylasScreen = await follow(app.url, leyla.token, LIVE);
  wire = await stream(app.url, press.token, { query: LIVE });
  await begun(kemalsScreen, ivansScreen, leylasScreen);
});
afterAll(async () => {
  for (const screen of [kemalsScreen, ivansScreen, leylasScreen]) await screen?.stop();
  wire?.abort();
  await app?.stop();
});

const LIVE = `subscription ($after: String) { incidentEvents(after: $after) { cursor kind incident {
  reference statusLabel categoryLabel title { text locale isFallback } } } }`;

/** The newest of so many events that a client has got. */
async function newest(client: Follower | Stream, count: number) {
  return (await client.until(count)).at(-1)?.data.incidentEvents;
}

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
    expect(await newest(kemalsScreen, 1)).toMatchObject({
      kind: 'REPORTED',
      incident: { reference, statusLabel: 'bildirildi', categoryLabel: 'havan ateşi' },
    });
    expect(await newest(ivansScreen, 1)).toMatchObject({
      kind: 'REPORTED',
      incident: {
        reference,
        categoryLabel: 'миномётный обстрел',
        title: { text: 'Ağdam yakınında havan atışı', locale: 'TR', isFallback: true },
      },
    });
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
    const title = { text: 'Миномётный огонь вблизи Агдама', locale: 'RU', isFallback: false };
    expect(await newest(ivansScreen, 2)).toMatchObject({ kind: 'TRANSLATED', incident: { title } });
    expect(await newest(kemalsScreen, 2)).toMatchObject({
      kind: 'TRANSLATED',
      incident: { title: { text: 'Ağdam yakınında havan atışı', isFallback: false } },
    });
  });

  it('09:15 — Ivan’s line fails', async () => {
    await ivansScreen.stop();
  });

  const ASSESS = `mutation ($version: Int!, $verdict: Verdict!, $remark: TextInput, $id: ID!) {
    assessIncident(input: { id: $id, version: $version, verdict: $verdict, remark: $remark }) {
      incident { status statusLabel } userErrors { code message } } }`;

  it('09:30 — Kemal turns the Turkish key', async () => {
    const { assessIncident } = await ask(kemal, ASSESS, { id, version: 2, verdict: 'CONFIRMED' });
    expect(assessIncident.incident.statusLabel).toBe('karşı imza bekliyor');
    expect(await newest(kemalsScreen, 3)).toMatchObject({
      kind: 'ASSESSED',
      incident: { statusLabel: 'karşı imza bekliyor' },
    });
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

  it('09:50 — Ivan is back and receives what he missed, once', async () => {
    const after = cursorsOf(ivansScreen.messages).at(-1);
    ivansScreen = await follow(app.url, ivan.token, LIVE, { after });
    await ivansScreen.until(2);
    await begun(ivansScreen);
    expect(kindsOf(ivansScreen.messages)).toEqual(['ASSESSED', 'AMENDED']);
    expect(await newest(kemalsScreen, 4)).toMatchObject({ kind: 'AMENDED' });
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
    expect((await newest(kemalsScreen, 6)).incident.statusLabel).toBe('ihtilaflı');
    expect((await newest(ivansScreen, 4)).incident.statusLabel).toBe('оспаривается');
  });

  it('11:15 — the patrol is back; Olga confirms, and the incident is jointly confirmed', async () => {
    const { assessIncident } = await ask(olga, ASSESS, { id, version: 3, verdict: 'CONFIRMED' });
    expect(assessIncident.incident.status).toBe('JOINTLY_CONFIRMED');
    expect((await look(ayse)).statusLabel).toBe('ortaklaşa teyit edildi');
    expect((await look(ivan)).statusLabel).toBe('подтверждено совместно');
    expect((await newest(kemalsScreen, 7)).incident.statusLabel).toBe('ortaklaşa teyit edildi');
    expect((await newest(ivansScreen, 5)).incident.statusLabel).toBe('подтверждено совместно');
    const { incident } = await ask(
      olga,
      `query ($r: String!) { incident(reference: $r) { assessments { nation version verdict contentHash } } }`,
      { r: reference },
    );
    const keys = incident.assessments.filter(
      ({ version, verdict }: { version: number; verdict: string }) =>
        version === 3 && verdict === 'CONFIRMED',
    );
    expect(keys.map(({ nation }: { nation: string }) => nation)).toEqual(['RUS', 'TUR']);
    expect(keys[0].contentHash).toBe(keys[1].contentHash);
  });

  const RELEASE = `mutation ($id: ID!, $audience: Audience!) { releaseIncident(input: { id: $id, version: 3, audience: $audience }) {
    isEffective userErrors { code } } }`;

  it('12:00 — the host nation and the press know nothing until both heads agree to it', async () => {
    for (const reader of [leyla, press]) expect(await look(reader)).toBeNull();
    expect((await ask(olga, RELEASE, { id, audience: 'AZE' })).releaseIncident.isEffective).toBe(false);
    expect(await look(leyla)).toBeNull();
    expect((await ask(kemal, RELEASE, { id, audience: 'AZE' })).releaseIncident.isEffective).toBe(true);
    expect((await look(leyla)).status).toBe('JOINTLY_CONFIRMED');

    // Both at the same moment: one of them is the second.
    const agreed = await Promise.all(
      [olga, kemal].map((head) => ask(head, RELEASE, { id, audience: 'PUBLIC' })),
    );
    expect(agreed.map(({ releaseIncident }) => releaseIncident.isEffective).sort()).toEqual([false, true]);
    expect((await look(press)).status).toBe('JOINTLY_CONFIRMED');
    expect((await look(press)).viewerActions).toEqual([]);
    expect((await look(leyla)).viewerActions).toEqual(['TRANSLATE']);

    // Of all that happened before, the release is the first that they hear.
    expect(await newest(leylasScreen, 1)).toMatchObject({
      kind: 'RELEASED',
      incident: { reference, statusLabel: 'birgə təsdiqlənib' },
    });
    expect(await newest(wire, 1)).toMatchObject({
      kind: 'RELEASED',
      incident: { reference, statusLabel: 'jointly confirmed' },
    });
  });

  it('17:00 — it turns out to have been an exercise; Ayşe retracts, and the record stays', async () => {
    const { retractIncident } = await ask(
      ayse,
      `mutation ($input: RetractIncidentInput!) { retractIncident(input: $input) { incident { statusLabel } userErrors { code } } }`,
      { input: { id, version: 3, reason: { locale: 'TR', text: 'Duyurulmuş bir tatbikatmış.' } } },
    );
    expect(retractIncident.incident.statusLabel).toBe('geri çekildi');
    expect((await look(press)).status).toBe('RETRACTED');
    expect((await newest(wire, 2)).incident.statusLabel).toBe('retracted');
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

  it('18:00 — everybody’s screen has shown all that they may see, in one order, and nothing else', async () => {
    const day = ['REPORTED', 'TRANSLATED', 'ASSESSED', 'AMENDED', 'ASSESSED', 'ASSESSED', 'ASSESSED'];
    await kemalsScreen.until(day.length + 3);
    await delay(QUIET_MS);
    expect(kindsOf(kemalsScreen.messages)).toEqual([...day, 'RELEASED', 'RELEASED', 'RETRACTED']);
    expect(kindsOf(ivansScreen.messages)).toEqual([...day.slice(2), 'RELEASED', 'RELEASED', 'RETRACTED']);
    // Each hears of the release to itself.
    for (const { messages } of [leylasScreen, wire])
      expect(kindsOf(messages)).toEqual(['RELEASED', 'RETRACTED']);
    expect(cursorsOf(ivansScreen.messages)).toEqual(cursorsOf(kemalsScreen.messages).slice(2));
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';
import { begun, cursorsOf, type Follower, follow, kindsOf, QUIET_MS } from '../../support/event-clients.js';
import {
  AMEND,
  aReport,
  at,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  run,
  succeed,
  TRANSLATE,
} from '../../support/writing.js';

let app: App;
let who: ReturnType<typeof people>;
const followers: Follower[] = [];

async function following(...rest: Parameters<typeof follow> extends [string, ...infer R] ? R : never) {
  const follower = await follow(app.url, ...rest);
  followers.push(follower);
  return follower;
}

beforeAll(async () => {
  app = await startApp();
  who = people(app);
});
afterAll(async () => {
  for (const follower of followers) await follower.stop();
  await app?.stop();
});

describe('incidentEvents', () => {
  it('sends every change in order, with the incident as the client selected it', async () => {
    const turkish = await following(who.turDuty.token);
    const russian = await following(
      who.rusDuty.token,
      `subscription Live { e: incidentEvents { ...Head incident { ref: reference title { text locale isFallback }
         severityLabel tr: severityLabel(locale: TR) } } }
       fragment Head on IncidentEvent { __typename cursor kind }`,
    );
    await begun(turkish, russian);
    const reported = await succeed(who.turDuty, REPORT, aReport());
    const translated = await succeed(who.rusDuty, TRANSLATE, {
      ...at(reported),
      title: { locale: 'RU', text: 'Слышна стрельба' },
    });
    const amended = await succeed(who.turDuty, AMEND, { ...at(translated), severity: 'LOW' });
    await succeed(who.turDuty, RETRACT, { ...at(amended), reason: { locale: 'TR', text: 'Yanlış' } });

    const events = (await turkish.until(4)).map(({ data }) => data.incidentEvents);
    expect(events.map(({ kind, incident }) => [kind, incident.reference])).toEqual(
      ['REPORTED', 'TRANSLATED', 'AMENDED', 'RETRACTED'].map((kind) => [kind, reported.reference]),
    );
    expect(events[3]?.incident.status).toBe('RETRACTED');
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(4);
    const [first, second] = (await russian.until(4)).map(({ data }) => data.e);
    expect(first).toMatchObject({
      __typename: 'IncidentEvent',
      kind: 'REPORTED',
      incident: { ref: reported.reference, title: { locale: 'TR', isFallback: true } },
    });
    expect(second.incident.title).toEqual({ text: 'Слышна стрельба', locale: 'RU', isFallback: false });
    expect(second.incident.severityLabel).not.toBe(second.incident.tr);
    expect(turkish.messages[0]?.extensions.cost).toMatchObject({ requested: expect.any(Number) });
  });

  it('keeps to the filter, in SQL and under the row rules', async () => {
    const high = await following(who.rusDuty.token, undefined, { filter: { severity: ['HIGH'] } });
    const found = await following(who.rusDuty.token, undefined, { filter: { search: 'zurnazan' } });
    const none = await following(who.rusDuty.token, undefined, { filter: { severity: [] } });
    await begun(high, found, none);
    await succeed(who.turDuty, REPORT, aReport({ severity: 'LOW' }));
    const matching = await succeed(who.turDuty, REPORT, aReport({ severity: 'HIGH' }));
    const searched = await succeed(
      who.turDuty,
      REPORT,
      aReport({ severity: 'LOW', title: { locale: 'TR', text: 'Zurnazan sesi' } }),
    );
    expect((await high.until(1))[0]?.data.incidentEvents.incident.reference).toBe(matching.reference);
    expect((await found.until(1))[0]?.data.incidentEvents.incident.reference).toBe(searched.reference);
    await delay(QUIET_MS);
    expect([high.messages.length, found.messages.length, none.messages.length]).toEqual([1, 1, 0]);
  });

  it('keeps to its own filter when the cursor variable is named like a field of the filter', async () => {
    const text = `subscription ($severity: String, $filter: IncidentFilter) {
      incidentEvents(after: $severity, filter: $filter) { cursor incident { reference } } }`;
    const severe = ['HIGH', 'LOW', 'MODERATE'];
    const each: Follower[] = [];
    for (const severity of severe) {
      const variables = { severity: null, filter: { severity: [severity] } };
      const follower = await following(who.rusDuty.token, text, variables);
      await begun(follower);
      each.push(follower);
    }
    for (const [index, severity] of severe.entries()) {
      const { reference } = await succeed(who.turDuty, REPORT, aReport({ severity }));
      const [first] = (await each[index]?.until(1)) ?? [];
      expect(first?.data.incidentEvents.incident.reference).toBe(reference);
    }
    await delay(QUIET_MS);
    expect(each.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  });

  it('resumes after a cursor, without loss or repetition', async () => {
    const before = await following(who.turDuty.token);
    await begun(before);
    for (let n = 0; n < 3; n += 1) await succeed(who.turDuty, REPORT, aReport());
    const [first = '', ...rest] = cursorsOf(await before.until(3));
    await before.stop();
    for (let n = 0; n < 3; n += 1) await succeed(who.turDuty, REPORT, aReport());
    const resumed = await following(who.turDuty.token, undefined, { after: first });
    await resumed.until(5);
    await succeed(who.turDuty, REPORT, aReport());
    const cursors = cursorsOf(await resumed.until(6));
    expect(cursors.slice(0, 2)).toEqual(rest);
    expect(new Set(cursors).size).toBe(6);
  });

  it('answers a cursor it does not know, one of another nation’s event, and nonsense alike', async () => {
    const hidden = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
    const [event] = await app.sql<{ key: string }>('select key from incident_event where incident_key = $1', [
      hidden.id.slice('Incident:'.length),
    ]);
    const answers = [];
    for (const after of [event?.key, '00000000-0000-4000-8000-000000000000', 'x', '']) {
      const refused = await following(who.rusDuty.token, undefined, { after });
      await refused.ended();
      expect(refused.messages).toEqual([]);
      answers.push(refused.errors);
    }
    expect(answers[0]).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'after' } }]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const allowed = await following(who.turDuty.token, undefined, { after: event?.key });
    await begun(allowed);
  });

  it('skips nothing that commits late, and holds nothing up for it', async () => {
    const [incident] = await app.sql<{ key: string }>('select key from incident where audience = 15 limit 1');
    const follower = await following(who.turDuty.token);
    await begun(follower);
    const late = new Client({ connectionString: app.database.url });
    await late.connect();
    const insert = `insert into incident_event (key, incident_key, audience, kind, at, version)
      values (gen_random_uuid(), $1, 15, $2, now(), 1)`;
    await late.query('begin');
    await late.query(insert, [incident?.key, 'AMENDED']);
    await app.sql(insert, [incident?.key, 'ASSESSED']);
    await app.sql(insert, [incident?.key, 'TRANSLATED']);
    await follower.until(2, 1_000);
    await late.query('commit');
    expect(kindsOf(await follower.until(3, 1_000))).toEqual(['ASSESSED', 'TRANSLATED', 'AMENDED']);
    const [, ...after] = cursorsOf(follower.messages);
    const resumed = await following(who.turDuty.token, undefined, { after: cursorsOf(follower.messages)[0] });
    expect(cursorsOf(await resumed.until(2))).toEqual(after);
    await late.end();
  });

  it('begins with what had not been committed yet, and with nothing that had', async () => {
    const [incident] = await app.sql<{ key: string }>('select key from incident where audience = 15 limit 1');
    const late = new Client({ connectionString: app.database.url });
    await late.connect();
    const insert = `insert into incident_event (key, incident_key, audience, kind, at, version)
      values (gen_random_uuid(), $1, 15, $2, now(), 1)`;
    await late.query('begin');
    await late.query(insert, [incident?.key, 'AMENDED']);
    await app.sql(insert, [incident?.key, 'ASSESSED']);
    const follower = await following(who.azeDuty.token);
    await begun(follower);
    await late.query('commit');
    expect(kindsOf(await follower.until(1))).toEqual(['AMENDED']);
    await delay(QUIET_MS);
    expect(follower.messages).toHaveLength(1);
    await late.end();
  });
});

describe('what a viewer may not see', () => {
  it('never arrives: events of others, and those from before a release', async () => {
    const [tur, rus, aze, open] = await Promise.all([
      following(who.turDuty.token),
      following(who.rusDuty.token),
      following(who.azeDuty.token),
      following(app.as(null, 'PUBLIC').token),
    ]);
    await begun(tur, rus, aze, open);
    const reported = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
    const amended = await succeed(who.turDuty, AMEND, { ...at(reported), severity: 'LOW' });
    await tur.until(2);
    await delay(QUIET_MS);
    expect([rus, aze, open].map(({ messages }) => messages)).toEqual([[], [], []]);

    await run(who.turHead, RELEASE, { ...at(amended), audience: 'RUS' });
    expect(kindsOf(await rus.until(1))).toEqual(['RELEASED']);
    await run(who.turHead, RELEASE, { ...at(amended), audience: 'PUBLIC' });
    await delay(QUIET_MS);
    expect(open.messages).toEqual([]);
    await run(who.rusHead, RELEASE, { ...at(amended), audience: 'PUBLIC' });
    expect(kindsOf(await open.until(1))).toEqual(['RELEASED']);
    expect(kindsOf(await tur.until(4))).toEqual(['REPORTED', 'AMENDED', 'RELEASED', 'RELEASED']);
    await delay(QUIET_MS);
    expect(aze.messages).toEqual([]);
    expect(rus.messages).toHaveLength(2);

    const [own] = await app.sql<{ key: string }>('select key from incident_event order by seq limit 1');
    const replayed = await following(who.turDuty.token, undefined, { after: own?.key });
    await replayed.until(4);
    const shown = await following(who.rusDuty.token, undefined, { after: cursorsOf(rus.messages)[0] });
    await shown.until(1);
    await delay(QUIET_MS);
    expect(cursorsOf(shown.messages)).toEqual(cursorsOf(rus.messages).slice(1));
  });

  it('is null, and tokens without the right are refused', async () => {
    const integrator = app.as(null, 'INTEGRATOR');
    const refused = await following(
      integrator.token,
      'subscription { incidentEvents { kind incident { reference position { latitude } } } }',
    );
    const admin = await following(app.as('TUR', 'NATIONAL_ADMIN').token);
    await begun(refused);
    await admin.ended();
    expect(admin.errors).toMatchObject([
      {
        path: ['incidentEvents'],
        extensions: { code: 'FORBIDDEN', scope: 'incident:read', role: 'NATIONAL_ADMIN' },
      },
    ]);
    const [incident] = await app.sql<{ key: string }>('select key from incident where audience = 15 limit 1');
    await app.sql(
      `insert into incident_event (key, incident_key, audience, kind, at, version)
       values (gen_random_uuid(), $1, 15, 'AMENDED', now(), 1)`,
      [incident?.key],
    );
    const [message] = await refused.until(1);
    expect(message?.data.incidentEvents).toMatchObject({ kind: 'AMENDED', incident: { position: null } });
    expect(message?.errors).toBeUndefined();
  });
});

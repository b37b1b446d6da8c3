import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  codes,
  people,
  RELEASE,
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

const eventsOf = (id: string) =>
  app.sql('select kind, version, audience from incident_event where incident_key = $1 order by seq', [
    id.slice('Incident:'.length),
  ]);

it('every write makes one event, for those who see the record at that time', async () => {
  const reported = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
  await run(who.turHead, RELEASE, { ...at(reported), audience: 'RUS' });
  await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
  const translated = await succeed(who.rusDuty, TRANSLATE, {
    ...at(reported),
    title: { locale: 'RU', text: 'Огонь' },
  });
  const amended = await succeed(who.turDuty, AMEND, { ...at(translated), severity: 'LOW' });
  await run(who.turHead, RELEASE, { ...at(amended), audience: 'PUBLIC' });
  await run(who.rusHead, RELEASE, { ...at(amended), audience: 'PUBLIC' });
  await run(who.turHead, RELEASE, { ...at(amended), audience: 'AZE' });
  await run(who.rusHead, RELEASE, { ...at(amended), audience: 'AZE' });
  await succeed(who.turDuty, RETRACT, { ...at(amended), reason: { locale: 'TR', text: 'Yanlış' } });
  expect(await eventsOf(reported.id)).toEqual([
    { kind: 'REPORTED', version: 1, audience: 1 },
    { kind: 'RELEASED', version: 1, audience: 3 },
    { kind: 'ASSESSED', version: 1, audience: 3 },
    { kind: 'TRANSLATED', version: 2, audience: 3 },
    { kind: 'AMENDED', version: 3, audience: 3 },
    // A consent is no release; and the public is not told whom else a record is released to.
    { kind: 'RELEASED', version: 3, audience: 11 },
    { kind: 'RELEASED', version: 3, audience: 7 },
    { kind: 'RETRACTED', version: 3, audience: 15 },
  ]);
});

it('a rejected write makes no event', async () => {
  const reported = await succeed(who.turDuty, REPORT, aReport());
  expect(await codes(who.turDuty, AMEND, { ...at(reported), version: 5, severity: 'LOW' })).toEqual([
    'STALE_VERSION',
  ]);
  expect((await eventsOf(reported.id)).length).toBe(1);
});

it('notifications have no payload', async () => {
  const listener = new Client({ connectionString: app.database.url });
  await listener.connect();
  const payloads: (string | undefined)[] = [];
  listener.on('notification', ({ payload }) => payloads.push(payload));
  await listener.query('listen incident_event');
  await succeed(who.turDuty, REPORT, aReport());
  await expect.poll(() => payloads).toEqual(['']);
  await listener.end();
});

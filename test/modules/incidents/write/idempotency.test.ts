import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import { aReport, codes, people, REPORT, succeed } from '../../../support/writing.js';

let app: App;
let second: App;
let who: ReturnType<typeof people>;

beforeAll(async () => {
  app = await startApp();
  second = await startApp({ database: app.database });
  who = people(app);
});
afterAll(async () => {
  await second?.stop();
  await app?.stop();
});

it('the same key and content answer the first result again', async () => {
  const report = aReport({ place: 'agdam' });
  const first = await succeed(who.turDuty, REPORT, report);
  expect(await succeed(who.turDuty, REPORT, report)).toEqual(first);
  expect((await succeed(people(second).turDuty, REPORT, report)).id).toBe(first.id);
  const spelled = {
    ...report,
    title: { locale: 'TR', text: ' Hafif silah ateşi duyuldu ' },
    occurredFrom: '2021-08-11T21:50:00+04:00',
  };
  expect((await succeed(who.turDuty, REPORT, spelled)).id).toBe(first.id);
});

it('the same key with other content is refused', async () => {
  const report = aReport();
  await succeed(who.turDuty, REPORT, report);
  for (const other of [{ severity: 'HIGH' }, { releaseTo: [] }, { title: { locale: 'RU', text: 'x' } }]) {
    expect(await codes(who.turDuty, REPORT, { ...report, ...other })).toEqual(['IDEMPOTENCY_MISMATCH']);
  }
});

it('keys are of a subject of an issuer', async () => {
  const report = aReport();
  const ids = new Set<string>();
  for (const caller of [who.turDuty, who.turHead, who.rusDuty, who.azeDuty]) {
    ids.add((await succeed(caller, REPORT, report)).id);
  }
  expect(ids.size).toBe(4);
});

it('a refused report does not take its key', async () => {
  const report = aReport();
  expect(await codes(who.turDuty, REPORT, { ...report, place: 'nowhere' })).toEqual(['UNKNOWN_REFERENCE']);
  await succeed(who.turDuty, REPORT, report);
});

it('retries that race record once', async () => {
  const other = people(second);
  for (let round = 0; round < 40; round += 1) {
    const report = aReport({ idempotencyKey: randomUUID() });
    const racers = [who.turDuty, other.turDuty, who.turDuty, other.turDuty];
    const answers = await Promise.all(racers.map((caller) => succeed(caller, REPORT, report)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  }
  const rows = await app.sql(
    'select incident_key from idempotency group by incident_key having count(*) > 1',
  );
  expect(rows).toEqual([]);
});

it('of racing reports with one key and different content one is recorded', async () => {
  const other = people(second);
  for (let round = 0; round < 20; round += 1) {
    const report = aReport();
    const answers = await Promise.all([
      codes(who.turDuty, REPORT, report),
      codes(other.turDuty, REPORT, { ...report, severity: 'CRITICAL' }),
    ]);
    expect(answers.flat()).toEqual(['IDEMPOTENCY_MISMATCH']);
  }
});

it('a report whose reference was drawn by another in the same moment draws again', async () => {
  await app.sql('create sequence collisions');
  await app.sql(`create function collide() returns trigger language plpgsql security definer as $$
    begin
      if nextval('public.collisions') = 1 then
        raise exception 'taken' using errcode = '23505', constraint = 'incident_reference_key';
      end if;
      return new;
    end $$`);
  await app.sql('create trigger collide before insert on incident for each row execute function collide()');
  try {
    const { reference } = await succeed(who.turDuty, REPORT, aReport());
    expect(reference).toMatch(/^TUR-/);
    expect(await app.sql('select last_value::int as tries from collisions')).toEqual([{ tries: 2 }]);
  } finally {
    await app.sql('drop trigger collide on incident');
    await app.sql('drop function collide()');
    await app.sql('drop sequence collisions');
  }
});

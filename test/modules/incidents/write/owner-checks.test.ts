import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImportDatabase, openImportDatabase } from '../../../imports/import-database.js';

let database: ImportDatabase;
beforeAll(async () => {
  database = await openImportDatabase('shipped');
});
afterAll(() => database?.close());

const ONE = `(select incident_key from incident_provision join claim using (incident_key) limit 1)`;

/** Statements of the owner that leave an incident which its revision, its sums or its assessments contradict. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'another category': `update incident set category = 'IED' where key = ${ONE} and category <> 'IED'`,
  'another place': `update incident set place_key = null where key = ${ONE}`,
  'another title': `update incident set title = jsonb_set(title, '{texts,EN,text}', '"Other"') where key = ${ONE}`,
  'another hash': `update incident set content_hash = repeat('0', 64) where key = ${ONE}`,
  'a version without a revision': `update incident set version = 2 where key = ${ONE}`,
  'other sums': `update incident set killed = killed + 1 where key = ${ONE}`,
  'another status': `update incident set status = 'JOINTLY_CONFIRMED' where key = ${ONE}`,
  'a claim more': `insert into claim (incident_key, audience, ordinal, claimant_key, source_type)
    select key, audience, 99, 1, 'MEDIA' from incident where key = ${ONE}`,
  'a claim less': `delete from claim where incident_key = ${ONE}`,
  'casualties more': `insert into casualties (incident_key, audience, ordinal, "group", killed)
    select key, audience, 99, 'MILITARY', 0 from incident where key = ${ONE}`,
  'casualties less': `delete from casualties where incident_key = (
    select incident_key from casualties where killed > 0 limit 1)`,
  'a provision more': `insert into incident_provision (incident_key, audience, ordinal, provision_key)
    select key, audience, 99, (select max(key) from provision) from incident where key = ${ONE}`,
  'a provision less': `delete from incident_provision where incident_key = ${ONE}`,
};

describe('a transaction of the owner', () => {
  it.each(Object.entries(CONTRADICTIONS))('does not commit %s', async (_, statement) => {
    const before = await database.snapshot();
    await expect(database.owner.query(statement)).rejects.toMatchObject({ code: '23514' });
    expect(await database.snapshot()).toEqual(before);
  });

  it.each(Object.entries(CONTRADICTIONS))(
    'does not commit %s after an earlier check',
    async (_, statement) => {
      const before = await database.snapshot();
      const written = database.owner.transaction(async (manager) => {
        await manager.query(`update incident set updated_at = updated_at where key = ${ONE}`);
        await manager.query('set constraints all immediate');
        await manager.query('set constraints all deferred');
        await manager.query(statement);
      });
      await expect(written).rejects.toMatchObject({ code: '23514' });
      expect(await database.snapshot()).toEqual(before);
    },
  );

  it('may contradict itself until it commits, and leaves nothing to check', async () => {
    await database.owner.transaction(async (manager) => {
      await manager.query(`create temporary table removed on commit drop as
        select * from claim where incident_key = ${ONE}`);
      await manager.query(
        'delete from claim using pg_temp.removed where claim.incident_key = removed.incident_key',
      );
      await manager.query('insert into claim select * from pg_temp.removed');
    });
    expect(await database.owner.query('select from unchecked_incident')).toEqual([]);
  });
});

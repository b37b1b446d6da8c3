import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/domain/scopes.js';
import { brief, openPlantedSqlWorld, openSqlWorld, type SqlWorld } from './plain-sql.js';
import { PLANTED_CHECK, RIGHTS_CHECKS, TABLE_CHECKS } from './table-rights.checks.js';
import { PLANTED_ROWS, TABLE_RIGHTS } from './table-rights.js';

let world: SqlWorld;
beforeAll(async () => {
  world = await openSqlWorld();
});
afterAll(() => world?.stop());

describe('plain SQL of the roles', () => {
  it.each(RIGHTS_CHECKS)('$name', ({ check }) => check(world));

  describe.each(Object.keys(TABLE_RIGHTS))('on %s', (table) => {
    it.each(TABLE_CHECKS)('$name', ({ check }) => check(world, table));
  });
});

describe('plain SQL over records of every mask', () => {
  let planted: SqlWorld;
  beforeAll(async () => {
    planted = await openPlantedSqlWorld();
  });
  afterAll(() => planted?.stop());

  it.each(Object.keys(PLANTED_ROWS))(`${PLANTED_CHECK.name}: %s`, (table) =>
    PLANTED_CHECK.check(planted, table),
  );

  it('counts in the aggregates what it reads', async () => {
    for (const audience of AUDIENCES) {
      const outcome = await planted.intruders[audience].attempt(
        "select (select count(*) from incident) = (select sum(incidents) from incident_aggregate where dimension_set in ('total', 'change')) as same",
      );
      expect('rows' in outcome && outcome.rows, audience).toEqual([{ same: true }]);
    }
  });

  it('reads and lifts the freeze of its own nation alone', async () => {
    for (const audience of ['TUR', 'RUS', 'AZE'] as const) {
      const intruder = planted.intruders[audience];
      const seen = await intruder.attempt('select nation from issuer_freeze');
      expect('rows' in seen && seen.rows, audience).toEqual([{ nation: audience }]);
      const lifted = await intruder.attempt('select unfreeze_issuers() as count');
      expect('rows' in lifted && lifted.rows, audience).toEqual([{ count: 1 }]);
    }
  });

  it('changes rows it sees and no other', async () => {
    for (const [index, audience] of AUDIENCES.entries()) {
      const outcome = await planted.intruders[audience].attempt('update incident set category = category');
      const shipped = TABLE_RIGHTS.incident?.update?.rows[index];
      // A retracted record, one in five, is not changed at all.
      if (shipped === '-') expect(brief(outcome)).toBe('-');
      else expect(outcome).toMatchObject({ message: 'a retracted incident is not changed' });
      const standing = await planted.intruders[audience].attempt(
        "update incident set category = category where status <> 'RETRACTED'",
      );
      if (shipped !== '-') expect(brief(standing), audience).toBe(Number(shipped) + 64);
    }
  });
});

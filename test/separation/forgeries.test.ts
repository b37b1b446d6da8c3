import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATIONS } from '../../src/domain/scopes.js';
import { disprovedOf, forgeriesOf, outcomeOf } from './forgeries.js';
import { openPlantedSqlWorld, openSqlWorld, type SqlWorld } from './plain-sql.js';

let planted: SqlWorld;
let shipped: SqlWorld;
beforeAll(async () => {
  planted = await openPlantedSqlWorld();
  shipped = await openSqlWorld();
});
afterAll(async () => {
  await planted?.stop();
  await shipped?.stop();
});

describe.each(NATIONS)('plain SQL of %s', (nation) => {
  it('writes what is allowed, and nothing that lacks a single thing of it', async () => {
    for (const forgery of await forgeriesOf(planted, nation)) {
      expect(await outcomeOf(planted, forgery), forgery.name).toBe(forgery.outcome);
    }
  });

  it('commits nothing that is not so', async () => {
    for (const forgery of await disprovedOf(shipped, nation)) {
      expect(await outcomeOf(shipped, forgery), forgery.name).toBe(forgery.outcome);
    }
  });
});

import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CodedError } from '../../src/common/errors.js';
import { openReaders, type Readers } from '../../src/database/readers.js';
import type { Transaction } from '../../src/database/transaction.js';
import { openWriters, type Writers } from '../../src/database/writers.js';
import { AUDIENCES, type Audience, NATIONS, type Nation } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { installationOf, ROLE_NAMES, roleUrl } from '../support/roles.js';
import { rounds, SEED } from '../support/rounds.js';

const ROUNDS = rounds(1_500, 20_000);
/** Callers who take turns with the one connection that each nation has. */
const CALLERS = 6;

let database: TestDatabase;
let readers: Readers;
let writers: Writers;
let owner: Client;
/** What would have ended the process. */
const uncaught: unknown[] = [];
const note = (error: unknown): void => void uncaught.push(error);

beforeAll(async () => {
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  readers = openReaders(installationOf(database.url));
  writers = openWriters(installationOf(database.url), 1);
  owner = new Client({ connectionString: database.url });
  await owner.connect();
});

afterAll(async () => {
  await owner?.end();
  await writers?.close();
  await readers?.close();
  await database?.drop();
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});

/** Numbers below an end, the same for the same seed. */
function dice(seed: number): (end: number) => number {
  let state = seed >>> 0;
  return (end) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * end);
  };
}

/** Who a connection is, which rows it sees that are not its own, and whether a transaction was left open. */
const inspection = (audience: Audience): string => `
  select json_build_array(current_user, session_user,
    (select count(*) from incident where audience & ${AUDIENCE_BIT[audience]} = 0),
    pg_current_xact_id_if_assigned() is not null)::text as seen`;
const clean = (audience: Audience): string =>
  JSON.stringify([ROLE_NAMES[audience], ROLE_NAMES[audience], 0, false]).replaceAll(',', ', ');

class Mishap extends Error {}

const NOTE = `insert into revoked_token (nation, token_id, revoked_by) values ($1, $2, 'test')`;

const ask = (tx: Transaction, text: string): Promise<unknown> => tx.read({ text, values: [] });

/** Ways for a transaction to go wrong after it has written. */
const MISHAPS: readonly ((tx: Transaction) => Promise<unknown>)[] = [
  async () => {
    throw new Mishap('the service threw');
  },
  (tx) => ask(tx, 'select 1 / 0'),
  async (tx) => tx.send({ text: 'select 1 / 0', values: [] }),
  async (tx) => void ask(tx, 'select 1 / 0').catch(() => {}),
  (tx) => ask(tx, 'select nothing from nowhere'),
  (tx) => ask(tx, "insert into official_contact (official_key, nation) values (1, 'TUR')"),
  (tx) => ask(tx, 'select pg_terminate_backend(pg_backend_pid())'),
  (tx) => ask(tx, 'select pg_cancel_backend(pg_backend_pid())'),
  async (tx) => {
    await ask(tx, 'rollback');
    throw new Mishap('the transaction ended behind its back');
  },
  async (tx) => {
    await ask(tx, "set local statement_timeout = '1ms'");
    return ask(tx, 'select pg_sleep(1)');
  },
];

async function inspectReaders(audience: Audience, isHeavy: boolean): Promise<void> {
  const [seen] = await readers.read(audience, { text: inspection(audience), values: [] }, isHeavy);
  expect(JSON.parse(String(seen))).toEqual(JSON.parse(clean(audience)));
}

async function write(
  nation: Nation,
  tokenId: string,
  mishap: ((tx: Transaction) => Promise<unknown>) | null,
) {
  await writers.write(nation, async (tx) => {
    const [row] = await tx.read<{ seen: string }>({ text: inspection(nation), values: [] });
    expect(JSON.parse(row?.seen ?? 'null')).toEqual(JSON.parse(clean(nation)));
    tx.send({ text: NOTE, values: [nation, tokenId] });
    if (mishap) await mishap(tx);
  });
}

describe(`one connection for each nation, seed ${SEED}`, () => {
  it(`never shows a foreign row nor leaves a transaction over in ${ROUNDS} rounds of mishaps`, {
    timeout: 600_000,
  }, async () => {
    const roll = dice(SEED);
    const kept: string[] = [];
    const undone: string[] = [];
    let round = 0;

    async function caller(): Promise<void> {
      while (round < ROUNDS) {
        round += 1;
        const nation = NATIONS[roll(NATIONS.length)] ?? 'TUR';
        const audience = AUDIENCES[roll(AUDIENCES.length)] ?? 'PUBLIC';
        const chance = roll(10);
        const tokenId = randomUUID();
        if (chance < 3) {
          await inspectReaders(audience, chance === 0).catch(unlessUnavailable);
        } else if (chance < 5) {
          await write(nation, tokenId, null).then(() => kept.push(tokenId), unlessUnavailable);
        } else {
          const mishap = MISHAPS[roll(MISHAPS.length)] ?? null;
          await write(nation, tokenId, mishap).then(
            () => expect.unreachable('a mishap was taken for success'),
            (error: unknown) => {
              if (error instanceof Error && error.name === 'AssertionError') throw error;
              undone.push(tokenId);
            },
          );
        }
      }
    }

    await Promise.all(Array.from({ length: CALLERS }, caller));
    const { rows } = await owner.query<{ id: string }>(
      "select token_id as id from revoked_token where revoked_by = 'test'",
    );
    const found = new Set(rows.map(({ id }) => id));
    expect(kept.length).toBeGreaterThan(ROUNDS / 20);
    expect(undone.length).toBeGreaterThan(ROUNDS / 4);
    expect(kept.filter((id) => !found.has(id))).toEqual([]);
    expect(undone.filter((id) => found.has(id))).toEqual([]);
    const left = await owner.query(
      `select usename, state from pg_stat_activity where datname = current_database() and state ~ 'in transaction'
         and usename like 'merzili\\_%' and pid <> pg_backend_pid()`,
    );
    expect(left.rows).toEqual([]);
    expect(uncaught).toEqual([]);
  });

  it('outlives the loss of every idle connection', { timeout: 60_000 }, async () => {
    for (let time = 0; time < 5; time += 1) {
      for (const audience of AUDIENCES) {
        const killer = new Client({ connectionString: roleUrl(database.url, audience) });
        await killer.connect();
        await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where usename = current_user and datname = current_database() and pid <> pg_backend_pid()`,
        );
        await killer.end();
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const audience of AUDIENCES) {
        await inspectReaders(audience, false);
        await inspectReaders(audience, true);
      }
      for (const nation of NATIONS) await write(nation, randomUUID(), null).catch(unlessUnavailable);
      for (const nation of NATIONS) await write(nation, randomUUID(), null);
    }
    expect(uncaught).toEqual([]);
  });
});

/** Being told to come again is an answer; anything else is not. */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof CodedError && error.code === 'SERVICE_UNAVAILABLE')) throw error;
}

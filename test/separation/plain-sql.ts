import { Client } from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/app/migrate.js';
import { AUDIENCES, type Audience, NATIONS } from '../../src/domain/scopes.js';
import { createDatabase } from '../support/databases.js';
import { installationOf, roleUrl } from '../support/roles.js';
import { MASKS, plantIncidents, plantJoint, plantOwn, type RunSql } from './planting.js';
import { PLANTED_RECORDS } from './table-rights.js';

/** What became of a statement: the rows it answered or touched, or the SQLSTATE and message it failed with. */
export type Outcome =
  | { readonly rows: readonly Record<string, unknown>[]; readonly count: number }
  | { readonly code: string; readonly message: string };

/** Somebody with a login role and any SQL they like. */
export interface Intruder {
  readonly audience: Audience;
  /** Runs a statement in a transaction that is never committed. */
  attempt(statement: string, values?: unknown[]): Promise<Outcome>;
  /** Runs statements one after the other in one such transaction; the outcome of the last. */
  attemptAll(statements: readonly string[]): Promise<Outcome>;
}

export interface SqlWorld {
  readonly owner: Client;
  readonly intruders: Readonly<Record<Audience, Intruder>>;
  stop(): Promise<void>;
}

/** A copy of the shipped record as a server leaves it, with a connection of every role. */
export async function openSqlWorld(): Promise<SqlWorld> {
  const database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  // What holds for a database, not for what is in it, is no part of a copy.
  await (await migrate(installationOf(database.url))).owner.destroy();
  const owner = new Client({ connectionString: database.url });
  await owner.connect();
  const clients = await Promise.all(
    AUDIENCES.map(async (audience) => {
      const client = new Client({ connectionString: roleUrl(database.url, audience) });
      await client.connect();
      return [audience, client] as const;
    }),
  );
  return {
    owner,
    intruders: Object.fromEntries(
      clients.map(([audience, client]) => [audience, intruder(audience, client)]),
    ) as Record<Audience, Intruder>,
    async stop() {
      await Promise.all([owner.end(), ...clients.map(([, client]) => client.end())]);
      await database.drop();
    },
  };
}

/** The same with records of every mask in it, and everything that nations keep to themselves. */
export async function openPlantedSqlWorld(): Promise<SqlWorld> {
  const world = await openSqlWorld();
  const sql: RunSql = async (text, values) => (await world.owner.query(text, values)).rows;
  await plantIncidents(sql, MASKS, PLANTED_RECORDS);
  await plantOwn(sql, NATIONS);
  await plantJoint(sql);
  await sql("insert into issuer_freeze select nation, 'head', now() from unnest($1::text[]) nation", [
    [...NATIONS],
  ]);
  return world;
}

function intruder(audience: Audience, client: Client): Intruder {
  const attemptAll = async (statements: readonly (readonly [string, unknown[]?])[]): Promise<Outcome> => {
    await client.query('begin');
    try {
      let outcome: Outcome = { rows: [], count: 0 };
      for (const [statement, values] of statements) {
        const { rows, rowCount } = await client.query(statement, values);
        outcome = { rows, count: rowCount ?? 0 };
      }
      return outcome;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      return { code: String(error.code), message: error.message };
    } finally {
      await client.query('rollback');
    }
  };
  return {
    audience,
    attempt: (statement, values) => attemptAll([[statement, values]]),
    attemptAll: (statements) => attemptAll(statements.map((statement) => [statement])),
  };
}

function isDenied(outcome: Outcome): boolean {
  return 'code' in outcome && outcome.code === '42501' && /^permission denied/.test(outcome.message);
}

/** Row count, `-` when the role may not even ask, else the SQLSTATE it failed with. */
export function brief(outcome: Outcome): number | string {
  if (isDenied(outcome)) return '-';
  return 'code' in outcome ? outcome.code : outcome.count;
}

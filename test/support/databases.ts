import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { codeOf } from '../../src/common/thrown.js';

/** First part of the names of roles in the databases of tests. */
export const ROLE_PREFIX = 'merzili';

const OBJECT_IN_USE = '55006';
const MOST_DROPS = 4;

export interface TestDatabase {
  /** Connection of the owner. */
  url: string;
  /** Ends the owner's connections to it, and it. */
  drop(): Promise<void>;
}

/** Makes an empty database of a new name, or a copy of `template`, which nobody may be connected to. */
export async function createDatabase(
  ownerUrl: string,
  { template }: { template?: string } = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  await asOwner(ownerUrl, (client) => {
    const copy = template === undefined ? '' : ` TEMPLATE ${client.escapeIdentifier(template)}`;
    return client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}${copy}`);
  });
  return {
    url: url.href,
    drop: () => dropDatabase(ownerUrl, name),
  };
}

const OWN_CONNECTIONS = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pg_has_role(usesysid, 'usage')`;

/**
 * Without FORCE: that would terminate a worker of autovacuum like any backend, which takes a superuser.
 * Plain DROP asks the worker to make way and waits 5 s for whoever is still there, each time it is tried.
 */
async function dropDatabase(ownerUrl: string, name: string): Promise<void> {
  for (let triesLeft = MOST_DROPS - 1; ; triesLeft -= 1) {
    try {
      return await asOwner(ownerUrl, async (client) => {
        await client.query(OWN_CONNECTIONS, [name]);
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)}`);
      });
    } catch (error) {
      if (codeOf(error) !== OBJECT_IN_USE || triesLeft === 0) throw error;
    }
  }
}

async function asOwner(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

import { randomBytes } from 'node:crypto';
import { Client, DatabaseError } from 'pg';

const OBJECT_IN_USE = '55006';
const MOST_DROPS = 4;

export interface TestDatabase {
  /** Connection of the owner. */
  url: string;
  /** Removes it. Close what is connected to it first. */
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
  await command(ownerUrl, (quote) => {
    const copy = template === undefined ? '' : ` TEMPLATE ${quote(template)}`;
    return `CREATE DATABASE ${quote(name)}${copy}`;
  });
  return {
    url: url.href,
    drop: () => dropDatabase(ownerUrl, name),
  };
}

/**
 * Without FORCE: that would terminate a worker of autovacuum like any backend, which takes a superuser.
 * Plain DROP asks the worker to make way and waits 5 s for whoever is still there, each time it is tried.
 */
async function dropDatabase(ownerUrl: string, name: string): Promise<void> {
  for (let triesLeft = MOST_DROPS - 1; ; triesLeft -= 1) {
    try {
      return await command(ownerUrl, (quote) => `DROP DATABASE IF EXISTS ${quote(name)}`);
    } catch (error) {
      const isInUse = error instanceof DatabaseError && error.code === OBJECT_IN_USE;
      if (!isInUse || triesLeft === 0) throw error;
    }
  }
}

async function command(url: string, write: (quote: (name: string) => string) => string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(write((name) => client.escapeIdentifier(name)));
  } finally {
    await client.end();
  }
}

import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

export interface TestDatabase {
  /** Connection of the owner. */
  url: string;
  /** Ends all connections to it, and it. */
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
    drop: () => command(ownerUrl, (quote) => `DROP DATABASE IF EXISTS ${quote(name)} WITH (FORCE)`),
  };
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

import { Client } from 'pg';
import { closeCatalogue } from '../close-catalog.js';
import type { Credentials } from './credentials.js';

const OWNER = 'merzili_owner';
const DATABASE = 'merzili';

/**
 * Creates the role that owns the database, and the database, unless they exist. The role may create roles and
 * databases but is no superuser, so row-level security applies to it where it is forced.
 */
export async function ensureOwner(port: number, credentials: Credentials): Promise<{ ownerUrl: string }> {
  await asSuperuser(port, credentials, 'postgres', async (client) => {
    const roles = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (roles.rowCount === 0) {
      // Otherwise a failure would write the password to the log of the server.
      await client.query('SET log_min_error_statement TO panic');
      await client.query(
        `CREATE ROLE ${OWNER} LOGIN CREATEROLE CREATEDB PASSWORD ${client.escapeLiteral(credentials.owner)}`,
      );
    }
    const databases = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
  });
  // Also the template: the owner is no superuser and cannot do this for databases that it creates.
  for (const database of ['template1', DATABASE]) {
    await asSuperuser(port, credentials, database, (client) =>
      closeCatalogue((statement) => client.query(statement), OWNER),
    );
  }
  return { ownerUrl: `postgres://${OWNER}:${credentials.owner}@127.0.0.1:${port}/${DATABASE}` };
}

async function asSuperuser(
  port: number,
  { superuser }: Credentials,
  database: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: superuser, database });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

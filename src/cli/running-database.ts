import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { readCredentials } from '../database/embedded/credentials.js';

/** The embedded database of a server that runs on `dataDir`, or null if there is none. */
export async function findRunning(dataDir: string): Promise<{ ownerUrl: string; secret: string } | null> {
  const credentials = await readCredentials(dataDir).catch(() => null);
  const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  // Line 4 is the port.
  const port = Number(pidFile.split('\n')[3]);
  if (credentials === null || !(port > 0)) return null;
  const ownerUrl = `postgres://merzili_owner:${credentials.owner}@127.0.0.1:${port}/merzili`;
  const client = new Client({ connectionString: ownerUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return { ownerUrl, secret: credentials.secret };
  } catch {
    return null;
  }
}

import { Client } from 'pg';

/** A connection that a test may end, or lose, at any time. */
export async function connectAs(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  return client;
}

import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from './database.mjs';
import { cpuSeconds } from './processes.mjs';

/** How long it may take until nobody works any more. */
const PATIENCE_MS = 180_000;
const LOOK_MS = 250;
/** Part of a core that counts as rest. */
const REST = 0.1;
/** So many looks at rest: a server that was given up may take the next of its waiting requests a moment later. */
const CALM_LOOKS = 4;

/**
 * Resolves once PostgreSQL and the servers are at rest. What a load before has given up is cancelled, or it would run on
 * into the next server's turn; servers may still have rows of it to make objects of.
 */
export async function quiet({ ownerUrl, postmaster, running }) {
  const processes = [postmaster, ...running.map(({ pid }) => pid)].filter((pid) => pid !== null);
  const used = async () => (await Promise.all(processes.map(cpuSeconds))).reduce((sum, cpu) => sum + cpu, 0);
  await withClient(ownerUrl, async (client) => {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (let calm = 0; calm < CALM_LOOKS && Date.now() < giveUpAt; ) {
      await client.query(
        `select pg_cancel_backend(pid) from pg_stat_activity
          where state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      const before = await used();
      await delay(LOOK_MS);
      calm = (await used()) - before < (REST * LOOK_MS) / 1000 ? calm + 1 : 0;
    }
  });
}

import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from './database.mjs';
import { cpuSeconds } from './processes.mjs';

/** Longest wait for the machine to be idle. */
const IDLE_TIMEOUT_MS = 180_000;
const SAMPLE_MS = 250;
/** Share of a core that counts as idle. */
const IDLE_SHARE = 0.1;
/** Consecutive idle samples needed: a server may start a queued request a moment after it was idle. */
const IDLE_SAMPLES = 4;

/**
 * Resolves once PostgreSQL and the servers are idle. It cancels statements that the load before abandoned; otherwise they
 * would run into the next measurement. Servers may still be making objects of their rows.
 */
export async function quiet({ ownerUrl, postmaster, running }) {
  const processes = [postmaster, ...running.map(({ pid }) => pid)].filter((pid) => pid !== null);
  const used = async () => (await Promise.all(processes.map(cpuSeconds))).reduce((sum, cpu) => sum + cpu, 0);
  await withClient(ownerUrl, async (client) => {
    const deadline = Date.now() + IDLE_TIMEOUT_MS;
    for (let idle = 0; idle < IDLE_SAMPLES && Date.now() < deadline; ) {
      await client.query(
        `select pg_cancel_backend(pid) from pg_stat_activity
          where state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()`,
      );
      const before = await used();
      await delay(SAMPLE_MS);
      idle = (await used()) - before < (IDLE_SHARE * SAMPLE_MS) / 1000 ? idle + 1 : 0;
    }
  });
}

import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openReaders, type Readers } from '../../src/database/readers.js';
import { RoleClient } from '../../src/database/role-client.js';
import { noStatementTime } from '../../src/database/statement-time.js';
import { isConnectionLoss, isTransient } from '../../src/database/unavailable.js';
import { openWriters, type Writers } from '../../src/database/writers.js';
import { type App, startApp } from '../support/app.js';
import { installationOf, ROLE_NAMES, roleUrl } from '../support/roles.js';

vi.setConfig({ testTimeout: 30_000 });

let app: App;
let readers: Readers;
let writers: Writers;
beforeAll(async () => {
  app = await startApp();
  readers = openReaders(installationOf(app.database.url));
  writers = openWriters(installationOf(app.database.url));
});
afterAll(async () => {
  await readers?.close();
  await writers?.close();
  await app?.stop();
});

const read = (text: string, time = noStatementTime()) =>
  readers.read('TUR', { name: undefined, text, values: [] }, false, time);

/** Counts how often statements with a marker are begun until `stop`, however often their connection changes. */
function countRuns(marker: string): () => Promise<number> {
  const runs = new Set<string>();
  let isStopped = false;
  const watching = (async () => {
    // A role sees the statements of its own connections.
    const watcher = new RoleClient({
      connectionString: roleUrl(app.database.url, 'TUR'),
      role: ROLE_NAMES.TUR,
    });
    await watcher.connect();
    while (!isStopped) {
      const { rows } = await watcher.query<{ run: string }>(
        `select pid || ' ' || query_start as run from pg_stat_activity
          where state = 'active' and query like '%' || $1 || '%' and pid <> pg_backend_pid()`,
        [marker],
      );
      for (const { run } of rows) runs.add(run);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await watcher.end();
  })();
  return async () => {
    isStopped = true;
    await watching;
    return runs.size;
  };
}

describe('a quick statement', () => {
  it('that PostgreSQL ends is not run again, and its time is reported', async () => {
    const stop = countRuns('ended by the server');
    const time = noStatementTime();
    await expect(read(`select pg_sleep(30)::text, 'ended by the server'`, time)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
    expect(await stop()).toBe(1);
    expect(time.quickMs).toBeGreaterThan(2_900);
  });

  it('that never answers is not run again; those behind it on the connection are', async () => {
    // Without PostgreSQL's own timeout, as if it did not notice.
    const unlimited = `select set_config('statement_timeout', '0', false)`;
    await Promise.all([read(unlimited), read(unlimited)]);
    const stop = countRuns('never answers');
    const time = noStatementTime();
    const stuck = [1, 2].map(() => read(`select pg_sleep(30)::text, 'never answers'`, time));
    const waitTime = noStatementTime();
    const behind = [1, 2].map(() => read(`select 'behind'`, waitTime));
    const outcomes = await Promise.allSettled([...stuck, ...behind]);
    expect(
      outcomes.map((outcome) =>
        outcome.status === 'fulfilled' ? String(outcome.value) : outcome.reason.code,
      ),
    ).toEqual(['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'behind', 'behind']);
    expect(await stop()).toBe(2);
    expect(time.quickMs).toBeGreaterThan(7_900);
    expect(waitTime.quickMs).toBeLessThan(2_000);
  });
});

describe('a transaction', () => {
  it('whose statement is ended is not run again, even if it may be, and its time is reported', async () => {
    const time = noStatementTime();
    let runs = 0;
    const written = writers.write(
      'TUR',
      async (tx) => {
        runs += 1;
        return tx.read({ text: 'select pg_sleep(30)', values: [] });
      },
      { isRepeatable: true, time },
    );
    await expect(written).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(runs).toBe(1);
    expect(time.writeMs).toBeGreaterThan(4_900);
  });
});

it("pg's own timeout, which heavy statements have, is transient and no lost connection", () => {
  const error = new Error('Query read timeout');
  expect([isTransient(error), isConnectionLoss(error)]).toEqual([true, false]);
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { aReport, REPORT } from '../support/writing.js';

let app: App;
let metricsPort = '';
beforeAll(async () => {
  app = await startApp({
    config: { metricsPort: 0 },
    notify: (line) => {
      metricsPort = /Metrics at port (\d+)/.exec(line)?.[1] ?? metricsPort;
    },
  });
});
afterAll(() => app?.stop());

const get = async (url: string) => {
  const response = await fetch(url);
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into answers of every shape
  const body: any = await response.json();
  return { status: response.status, body };
};
const details = () => get(`http://127.0.0.1:${metricsPort}/readyz`);

describe('readiness', () => {
  it('says ready to everybody, and the state of keys at the metrics port alone', async () => {
    expect(await get(`${app.url}/readyz`)).toEqual({ status: 200, body: { status: 'ready' } });
    const { status, body } = await details();
    expect(status).toBe(200);
    expect(body.issuers).toHaveLength(4);
  });

  it('is lost while the database is read-only; writes are retryable, queries go on', async () => {
    const name = new URL(app.database.url).pathname.slice(1);
    await app.sql(`alter database "${name}" set default_transaction_read_only = on`);
    await app.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = $1 and usename <> current_user and pg_has_role(usesysid, 'usage')`,
      [name],
    );
    const officer = app.as('TUR', 'DUTY_OFFICER');
    const { status, errors } = await officer.query(REPORT, { input: aReport() });
    expect([status, errors[0]?.extensions]).toMatchObject([
      503,
      { code: 'SERVICE_UNAVAILABLE', retryable: true },
    ]);
    expect((await officer.query('{ incidents(first: 1) { totalCount } }')).errors).toEqual([]);
    await vi.waitFor(
      async () =>
        expect(await details()).toMatchObject({ status: 503, body: { status: 'database is read-only' } }),
      { timeout: 20_000, interval: 200 },
    );
    expect(await get(`${app.url}/readyz`)).toEqual({ status: 503, body: { status: 'not ready' } });
  });
});

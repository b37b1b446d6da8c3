import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { type SmallCluster, startSmallCluster } from '../support/small-cluster.js';

const SIZE = '400m';

/** A small disk of its own; null where this user may not mount one. */
function mountDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=711`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

const folder = await mkdtemp(join(tmpdir(), 'merzili-disk-'));
const isMounted = mountDisk(folder);

const REPORT = `mutation($input: ReportIncidentInput!) {
  reportIncident(input: $input) { incident { reference } userErrors { code field } }
}`;

describe.skipIf(!isMounted)('a full disk', () => {
  let cluster: SmallCluster;
  let app: App;

  beforeAll(async () => {
    cluster = await startSmallCluster({
      within: folder,
      settings: { min_wal_size: '32MB', max_wal_size: '64MB' },
    });
    app = await startApp({
      database: { url: cluster.url, drop: async () => {} },
      config: { database: { ownerUrl: cluster.url, secret: cluster.secret } },
    });
  });
  afterAll(async () => {
    await app?.stop();
    await cluster?.remove();
    execFileSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });

  it('refuses writes until there is room, answers reads, and loses nothing acknowledged', async () => {
    const officer = app.as('TUR', 'LIAISON_OFFICER');
    const acknowledged: string[] = [];
    const report = async (): Promise<number> => {
      const { status, data, errors } = await officer.query(REPORT, {
        input: {
          idempotencyKey: randomUUID(),
          category: 'CEASEFIRE_VIOLATION',
          occurredFrom: '2022-03-09T07:00:00Z',
          title: { locale: 'EN', text: 'Shots' },
          narrative: { locale: 'EN', text: randomBytes(14_000).toString('base64') },
        },
      });
      if (status === 200 && errors.length === 0) acknowledged.push(data.reportIncident.incident.reference);
      else expect(errors[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
      return status;
    };
    expect(await report()).toBe(200);

    const ballast = join(folder, 'ballast');
    for (const size of [1024 * 1024, 4096]) {
      try {
        for (;;) appendFileSync(ballast, Buffer.alloc(size));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
    }
    let refused = false;
    for (let round = 0; round < 400 && !refused; round += 1) refused = (await report()) === 503;
    expect(refused).toBe(true);
    const read = await officer.query('{ incidents { totalCount } }');
    expect([read.status, read.data?.incidents.totalCount]).toEqual([200, 47 + acknowledged.length]);

    rmSync(ballast);
    const back = Date.now();
    while ((await report()) !== 200) expect(Date.now() - back).toBeLessThan(2_000);
    const rows = await cluster.sql<{ reference: string }>(
      'select reference from incident where reference = any($1)',
      [acknowledged],
    );
    expect(rows).toHaveLength(acknowledged.length);
  });
});

import { expect, inject, it } from 'vitest';
import { packageVersion } from '../../src/app/checksums.js';
import { startApp } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { dump } from './dump.js';
import { askEverything, keepRelease, keptReleases, writeRecord } from './kept-release.js';

/** `npm run keep-release`, once for each release: what later versions are upgraded from in upgrade.test.ts. */
it('keeps the database of this version with its answers', async () => {
  const version = packageVersion();
  expect((await keptReleases()).map((release) => release.version)).not.toContain(version);
  const app = await startApp();
  const empty = await createDatabase(inject('ownerUrl'));
  try {
    await writeRecord(app);
    const answers = await askEverything(app);
    await keepRelease({ version, database: await dump(app.database.url, empty.url), answers });
  } finally {
    await app.stop();
    await empty.drop();
  }
});

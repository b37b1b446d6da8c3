import { expect, inject, it } from 'vitest';
import { packageVersion } from '../../src/app/checksums.js';
import { startApp } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { dump } from './dump.js';
import { askEverything, releaseSnapshots, writeRecord, writeSnapshot } from './release-snapshot.js';

/** `npm run snapshot-release`, once for each release: upgrade.test.ts upgrades the snapshot to later versions. */
it('writes a snapshot of this version with its answers', async () => {
  const version = packageVersion();
  expect((await releaseSnapshots()).map((release) => release.version)).not.toContain(version);
  const app = await startApp();
  const empty = await createDatabase(inject('ownerUrl'));
  try {
    await writeRecord(app);
    const answers = await askEverything(app);
    await writeSnapshot({ version, database: await dump(app.database.url, empty.url), answers });
  } finally {
    await app.stop();
    await empty.drop();
  }
});

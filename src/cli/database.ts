import type { DataSource } from 'typeorm';
import { hasAllMigrations } from '../app/applied-migrations.js';
import { connectOwner, migrate } from '../app/migrate.js';
import type { Config } from '../common/config.js';
import { startEmbedded } from '../database/embedded/start.js';
import { importShippedData } from '../imports/shipped.import.js';
import { findRunning } from './running-database.js';

/** The database that a command works with. */
interface FoundDatabase {
  readonly ownerUrl: string;
  readonly secret: string;
  /** Whether it was started for this command, so that nothing else uses it. */
  readonly isOwn: boolean;
}

/**
 * Calls `work` with the configured database: the external one, or the embedded one. The embedded one is
 * started for the duration of `work`, unless a server runs on the data directory.
 */
export async function withDatabase(
  config: Config,
  notify: (line: string) => void,
  work: (database: FoundDatabase) => Promise<void>,
): Promise<void> {
  if (config.database !== null) return work({ ...config.database, isOwn: false });
  const embedded = await openEmbedded(config, notify);
  try {
    await work(embedded);
  } finally {
    await embedded.close();
  }
}

async function openEmbedded(
  { dataDir }: Config,
  notify: (line: string) => void,
): Promise<FoundDatabase & { close(): Promise<void> }> {
  try {
    const { ownerUrl, secret, stop } = await startEmbedded({ dataDir, log: notify });
    return { ownerUrl, secret, isOwn: true, close: stop };
  } catch (error) {
    const running = await findRunning(dataDir);
    if (running === null) throw error;
    return { ...running, isOwn: false, close: async () => {} };
  }
}

/**
 * Calls `work` with the connection of the owner to a migrated database that holds the reference data. Migrates only a
 * database that this command started: servers of another version may use others.
 */
export async function withOwner(
  config: Config,
  notify: (line: string) => void,
  work: (owner: DataSource) => Promise<void>,
): Promise<void> {
  await withDatabase(config, notify, async ({ ownerUrl, secret, isOwn }) => {
    const owner = isOwn ? await migrate(ownerUrl, secret) : await openMigrated(ownerUrl);
    try {
      await importShippedData(owner);
      await work(owner);
    } finally {
      await owner.destroy();
    }
  });
}

async function openMigrated(ownerUrl: string): Promise<DataSource> {
  const owner = await connectOwner(ownerUrl);
  try {
    if (!(await hasAllMigrations((text) => owner.query(text)))) {
      throw new Error("The database lacks migrations of this version: run 'npx merzili migrate' first");
    }
    return owner;
  } catch (error) {
    await owner.destroy();
    throw error;
  }
}

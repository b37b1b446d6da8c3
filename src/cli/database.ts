import type { DataSource } from 'typeorm';
import { whileDatabaseAnswers } from '../app/database-watch.js';
import { type ConfiguredDatabase, migrate, type OpenDatabase, openMigrated } from '../app/migrate.js';
import type { Config } from '../common/config.js';
import { startEmbedded } from '../database/embedded/start.js';
import { importShippedData } from '../imports/shipped.import.js';
import { findRunning } from './running-database.js';

/** The database that a command works with. */
interface FoundDatabase extends ConfiguredDatabase {
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
  const { database, rolePrefix } = config;
  if (database !== null) {
    const found = { ...database, rolePrefix, isOwn: false };
    return whileDatabaseAnswers(database.ownerUrl, notify, () => work(found));
  }
  const embedded = await openEmbedded(config, notify);
  try {
    await work(embedded);
  } finally {
    await embedded.close();
  }
}

async function openEmbedded(
  { dataDir, rolePrefix }: Config,
  notify: (line: string) => void,
): Promise<FoundDatabase & { close(): Promise<void> }> {
  try {
    const { ownerUrl, secret, stop } = await startEmbedded({ dataDir, log: notify });
    return { ownerUrl, secret, rolePrefix, isOwn: true, close: stop };
  } catch (error) {
    const running = await findRunning(dataDir);
    if (running === null) throw error;
    return { ...running, rolePrefix, isOwn: false, close: async () => {} };
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
  await withDatabase(config, notify, async (database) => {
    const { owner } = await openFound(database);
    try {
      await importShippedData(owner);
      await work(owner);
    } finally {
      await owner.destroy();
    }
  });
}

/** Migrates only a database that this command started: servers of another version may use others. */
export function openFound(database: FoundDatabase): Promise<OpenDatabase> {
  return database.isOwn ? migrate(database) : openMigrated(database);
}

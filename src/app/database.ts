import type { Config } from '../common/config.js';
import { startEmbedded } from '../database/embedded/start.js';
import { openReaders, type Readers } from '../database/readers.js';
import { openReservedReaders, type ReservedReaders } from '../database/reserved-readers.js';
import { DEMAND_ROLE, type Installation, loginAs, type RoleLogin } from '../database/roles.js';
import { openWriters, type Writers } from '../database/writers.js';
import { openTokenReservations, type TokenReservations } from '../demand/token-reservations.js';
import { importShippedData } from '../imports/shipped.import.js';
import type { DisposalStack } from './disposal-stack.js';
import { type ConfiguredDatabase, migrate } from './migrate.js';

/** The connections that answer requests. */
export interface Pools {
  readonly readers: Readers;
  readonly writers: Writers;
  readonly reservedReaders: ReservedReaders;
  /** Login of a role that sees no rows, for notifications and the order of events. */
  readonly serviceLogin: RoleLogin;
  readonly reservations: TokenReservations;
}

/**
 * Opens the external database of the configuration, or starts the embedded one. `onLost` receives the reason when the
 * embedded one has ended and cannot be started again.
 */
export async function openDatabase(
  config: Config,
  stack: DisposalStack,
  notify: (line: string) => void,
  onLost: (error: Error) => void,
): Promise<ConfiguredDatabase> {
  const { rolePrefix } = config;
  if (config.database) return { ...config.database, rolePrefix };
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: notify, onLost });
  stack.defer(() => embedded.stop());
  return { ...embedded, rolePrefix };
}

/** Migrates the database and imports the record that ships with Merzili. */
export async function prepareDatabase(database: ConfiguredDatabase): Promise<Installation> {
  const { owner, installation } = await migrate(database);
  await importShippedData(owner).finally(() => owner.destroy());
  return installation;
}

export function openPools(installation: Installation, cost: Config['cost'], stack: DisposalStack): Pools {
  const readers = openReaders(installation);
  stack.defer(() => readers.close());
  const writers = openWriters(installation);
  stack.defer(() => writers.close());
  const reservedReaders = openReservedReaders(installation);
  stack.defer(() => reservedReaders.close());
  const serviceLogin = loginAs(installation, DEMAND_ROLE);
  const reservations = openTokenReservations(serviceLogin, cost);
  stack.defer(() => reservations.close());
  return { readers, writers, reservedReaders, serviceLogin, reservations };
}

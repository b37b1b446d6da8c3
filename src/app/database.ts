import type { Config } from '../common/config.js';
import { startEmbedded } from '../database/embedded/start.js';
import { openReaders, type Readers } from '../database/readers.js';
import { openReservedReaders, type ReservedReaders } from '../database/reserved-readers.js';
import { DEMAND_ROLE, loginUrl } from '../database/roles.js';
import { openWriters, type Writers } from '../database/writers.js';
import { openTokenReservations, type TokenReservations } from '../demand/token-reservations.js';
import { importShippedData } from '../imports/shipped.import.js';
import type { DisposalStack } from './disposal-stack.js';
import { migrate } from './migrate.js';

/** Connection URL of the database owner, and the secret that role passwords derive from. */
interface Database {
  readonly ownerUrl: string;
  readonly secret: string;
}

/** The connections that answer requests. */
export interface Pools {
  readonly readers: Readers;
  readonly writers: Writers;
  readonly reservedReaders: ReservedReaders;
  /** Connection of a role that sees no rows, for notifications and the order of events. */
  readonly serviceUrl: string;
  readonly reservations: TokenReservations;
}

/** Opens the external database of the configuration, or starts the embedded one. */
export async function openDatabase(
  config: Config,
  stack: DisposalStack,
  notify: (line: string) => void,
): Promise<Database> {
  if (config.database) return config.database;
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: notify });
  stack.defer(() => embedded.stop());
  return embedded;
}

/** Migrates the database and imports the record that ships with Merzili. */
export async function prepareDatabase({ ownerUrl, secret }: Database): Promise<void> {
  const owner = await migrate(ownerUrl, secret);
  await importShippedData(owner).finally(() => owner.destroy());
}

export function openPools({ ownerUrl, secret }: Database, cost: Config['cost'], stack: DisposalStack): Pools {
  const readers = openReaders(ownerUrl, secret);
  stack.defer(() => readers.close());
  const writers = openWriters(ownerUrl, secret);
  stack.defer(() => writers.close());
  const reservedReaders = openReservedReaders(ownerUrl, secret);
  stack.defer(() => reservedReaders.close());
  const serviceUrl = loginUrl(ownerUrl, secret, DEMAND_ROLE);
  const reservations = openTokenReservations(serviceUrl, cost);
  stack.defer(() => reservations.close());
  return { readers, writers, reservedReaders, serviceUrl, reservations };
}

import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/series.js';
import { SnakeNaming } from '../database/naming.js';
import { SessionClient } from '../database/session-client.js';
import { checksummed } from './checksummed-migration.js';
import { ENTITIES } from './entities.js';

/**
 * Connection of the owner, for migrations and imports. All other work has roles of its own. `rolePrefix` is the
 * configured one, for a database without roles.
 */
export function dataSourceOptions(ownerUrl: string, rolePrefix: string | null): DataSourceOptions {
  return {
    type: 'postgres',
    url: ownerUrl,
    entities: ENTITIES,
    migrations: MIGRATIONS.map((migration) => checksummed(migration, rolePrefix)),
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    poolSize: 2,
    extra: { Client: SessionClient, settings: { timezone: 'UTC' } },
  };
}

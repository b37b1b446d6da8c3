import type { DataSourceOptions } from 'typeorm';
import { MIGRATIONS } from '../../migrations/series.js';
import { SnakeNaming } from '../database/naming.js';
import { checksummed } from './checksummed-migration.js';
import { ENTITIES } from './entities.js';

/** Connection of the owner, for migrations and imports. All other work has roles of its own. */
export function dataSourceOptions(ownerUrl: string): DataSourceOptions {
  return {
    type: 'postgres',
    url: ownerUrl,
    entities: ENTITIES,
    migrations: MIGRATIONS.map(checksummed),
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    poolSize: 2,
    extra: { options: '-c timezone=UTC' },
  };
}

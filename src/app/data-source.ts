import type { DataSourceOptions } from 'typeorm';
import { CreateRecord1795400000000 } from '../../migrations/1795400000000-create-record.js';
import { AllowWriting1795500000000 } from '../../migrations/1795500000000-allow-writing.js';
import { FoldNames1795600000000 } from '../../migrations/1795600000000-fold-names.js';
import { IndexIncidents1795610000000 } from '../../migrations/1795610000000-index-incidents.js';
import { SearchIncidents1795620000000 } from '../../migrations/1795620000000-search-incidents.js';
import { CreateCostBudget1795650000000 } from '../../migrations/1795650000000-create-cost-budget.js';
import { CloseSideChannels1795700000000 } from '../../migrations/1795700000000-close-side-channels.js';
import { OrderEvents1795750000000 } from '../../migrations/1795750000000-order-events.js';
import { AnnounceReference1795800000000 } from '../../migrations/1795800000000-announce-reference.js';
import { SnakeNaming } from '../database/naming.js';
import { ENTITIES } from './entities.js';

/** Every migration, in order. One that has landed never changes. */
const MIGRATIONS = [
  CreateRecord1795400000000,
  AllowWriting1795500000000,
  FoldNames1795600000000,
  IndexIncidents1795610000000,
  SearchIncidents1795620000000,
  CreateCostBudget1795650000000,
  CloseSideChannels1795700000000,
  OrderEvents1795750000000,
  AnnounceReference1795800000000,
];

/** The owner's connection, for migrations and imports. Everybody else has a role of its own. */
export function dataSourceOptions(ownerUrl: string): DataSourceOptions {
  return {
    type: 'postgres',
    url: ownerUrl,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    poolSize: 2,
    extra: { options: '-c timezone=UTC' },
  };
}

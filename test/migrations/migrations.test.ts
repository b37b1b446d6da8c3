import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dataSourceOptions } from '../../src/app/data-source.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

describe('migrations', () => {
  let database: TestDatabase;
  let owner: DataSource;

  beforeAll(async () => {
    database = await createDatabase(inject('ownerUrl'));
    owner = await new DataSource(dataSourceOptions(database.url, null)).initialize();
  });

  afterAll(async () => {
    await owner?.destroy();
    await database?.drop();
  });

  const tables = async (): Promise<string[]> => {
    const rows: { name: string }[] = await owner.query(
      `select tablename as name from pg_tables where schemaname in ('public', 'search') and tablename <> 'migrations'
       union all select proname from pg_proc where pronamespace::regnamespace::text in ('public', 'search') order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('go up, down and up again, and leave nothing behind', async () => {
    const before = await tables();
    await owner.runMigrations({ transaction: 'each' });
    expect(await tables()).toContain('incident');
    for (const _ of owner.migrations) await owner.undoLastMigration({ transaction: 'each' });
    expect(await tables()).toEqual(before);
    await owner.runMigrations({ transaction: 'each' });
    expect(await tables()).toContain('incident');
  });

  it('leave no difference to the entities', async () => {
    runQueriesInTurn(owner);
    const difference = await owner.driver.createSchemaBuilder().log();
    expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
  });
});

/** TypeORM's schema builder runs queries of one connection at once, which pg deprecates: each waits for the last one. */
function runQueriesInTurn(source: DataSource): void {
  const createRunner = source.createQueryRunner.bind(source);
  source.createQueryRunner = (mode) => {
    const runner = createRunner(mode);
    const query = runner.query.bind(runner);
    let last: Promise<unknown> = Promise.resolve();
    runner.query = (text: string, values?: unknown[]) => {
      const answer = last.then(() => query(text, values));
      last = answer.catch(() => {});
      return answer;
    };
    return runner;
  };
}

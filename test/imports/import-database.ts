import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { inject } from 'vitest';
import { dataSourceOptions } from '../../src/app/data-source.js';
import { createDatabase } from '../support/databases.js';

export interface ImportDatabase {
  readonly owner: DataSource;
  /** Writes a file to import and answers its path. */
  file(name: string, content: string | Buffer): Promise<string>;
  /** Every row of every table with its row version, so that equality means that nothing was written. */
  snapshot(): Promise<Record<string, string[]>>;
  close(): Promise<void>;
}

/** A database of its own: empty but migrated, or with the shipped data. */
export async function openImportDatabase(content: 'empty' | 'shipped'): Promise<ImportDatabase> {
  const template = content === 'shipped' ? inject('template') : undefined;
  const database = await createDatabase(inject('ownerUrl'), { template });
  const owner = await new DataSource(dataSourceOptions(database.url, null)).initialize();
  if (content === 'empty') await owner.runMigrations({ transaction: 'each' });
  const folder = await mkdtemp(join(tmpdir(), 'merzili-import-'));
  return {
    owner,
    file: async (name, text) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    snapshot: async () => {
      const tables = owner.entityMetadatas.map(({ tableName }) => tableName);
      const snapshot: Record<string, string[]> = {};
      for (const table of tables) {
        const rows: { row: string }[] = await owner.query(
          `select xmin || ' ' || t::text as row from ${table} t order by 1`,
        );
        snapshot[table] = rows.map(({ row }) => row);
      }
      return snapshot;
    },
    close: async () => {
      await owner.destroy();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';

const composeFile = z.object({
  services: z.object({
    database: z.object({ environment: z.record(z.string(), z.string()) }),
    merzili: z.object({ environment: z.record(z.string(), z.string()) }),
  }),
  configs: z.object({ owner: z.object({ content: z.string() }) }),
});

it('compose.yaml makes an owner of the database that is no superuser, and connects as it', async () => {
  const { services, configs } = composeFile.parse(
    parse(await readFile(join(PACKAGE_ROOT, 'compose.yaml'), 'utf8')),
  );
  expect(services.database.environment.POSTGRES_USER).toBeUndefined();
  expect(services.merzili.environment.DATABASE_URL).toMatch(/^postgres:\/\/merzili_owner:.*\/merzili$/);

  // The names are those of the tests' own owner and database, so others take their place.
  const suffix = randomBytes(4).toString('hex');
  const [owner, database] = [`compose_owner_${suffix}`, `compose_${suffix}`];
  const script = configs.owner.content
    .replaceAll('merzili_owner', owner)
    .replaceAll(/database merzili\b/g, `database ${database}`);
  const client = new Client({ connectionString: inject('ownerUrl') });
  await client.connect();
  try {
    for (const statement of script.split(';').filter((part) => part.trim() !== '')) {
      await client.query(statement);
      // From PostgreSQL 16 on, who makes a role may not act for it unless it says so; a superuser may.
      if (statement.includes('create role')) await client.query(`grant ${owner} to current_user`);
    }
    const { rows } = await client.query(
      'select rolsuper, rolcreaterole, rolcanlogin, rolbypassrls from pg_roles where rolname = $1',
      [owner],
    );
    expect(rows).toEqual([{ rolsuper: false, rolcreaterole: true, rolcanlogin: true, rolbypassrls: false }]);
    const owned = await client.query(
      'select pg_get_userbyid(datdba) as owner from pg_database where datname = $1',
      [database],
    );
    expect(owned.rows).toEqual([{ owner }]);
  } finally {
    await client.query(`drop database if exists ${database}`);
    await client.query(`drop role if exists ${owner}`);
    await client.end();
  }
});

import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../migrations/series.js';
import { dataSourceOptions } from '../../src/app/data-source.js';

/** Tables in an order in which foreign keys find their rows, each with its columns that take values. */
const TABLES = `
  with recursive tables as (
    select pg_class.oid, format('%I.%I', nspname, relname) as name from pg_class
      join pg_namespace on pg_namespace.oid = relnamespace
     where relkind = 'r' and nspname in ('public', 'search')),
  depths as (
    select oid, 0 as depth from tables
    union all
    select conrelid, depth + 1 from depths join pg_constraint on confrelid = depths.oid
     where contype = 'f' and conrelid <> confrelid and depth < 20)
  select name,
         (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
           where attrelid = tables.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
    from tables join depths using (oid) group by name, tables.oid order by max(depth), name`;

const SEQUENCES = `
  select format('select setval(%L, %s)', format('%I.%I', schemaname, sequencename), last_value) as statement
    from pg_sequences where schemaname in ('public', 'search') and last_value is not null`;

/** TypeORM makes this one by itself. */
const MIGRATION_TABLE = `create table public.migrations (
  id serial constraint "PK_8c82d7f526340ab734260ea46be" primary key, timestamp bigint not null, name varchar not null)`;

/** SQL that makes a database like the one at `url`, rows included; `emptyUrl` names an empty one to build in. */
export async function dump(url: string, emptyUrl: string): Promise<string> {
  const client = new Client({ connectionString: url, options: '-c timezone=UTC' });
  await client.connect();
  try {
    const statements = [...(await shape(emptyUrl)), MIGRATION_TABLE, ...(await rows(client))];
    return `${statements.map((statement) => statement.trim().replace(/;*$/, ';')).join('\n\n')}\n`;
  } finally {
    await client.end();
  }
}

/** The statements by which this version's migrations make the tables. */
async function shape(emptyUrl: string): Promise<string[]> {
  const source = await new DataSource(dataSourceOptions(emptyUrl, null)).initialize();
  const runner = source.createQueryRunner();
  const statements: string[] = [];
  const query = runner.query.bind(runner);
  runner.query = (text: string, values?: unknown[]) => {
    // Questions with values change nothing.
    if (values === undefined) statements.push(text);
    return query(text, values);
  };
  try {
    for (const migration of MIGRATIONS) await migration.up(runner);
  } finally {
    await runner.release();
    await source.destroy();
  }
  return statements;
}

/** Rows as they are, past triggers, which would derive them anew. */
async function rows(client: Client): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string; columns: string }>(TABLES);
  const { rows: sequences } = await client.query<{ statement: string }>(SEQUENCES);
  const inserts: string[] = [];
  for (const { name, columns } of tables) {
    const { rows: found } = await client.query<{ json: string | null }>(
      `select json_agg(t)::text as json from (select ${columns} from ${name}) t`,
    );
    const json = found[0]?.json;
    if (!json) continue;
    inserts.push(
      `insert into ${name} (${columns}) overriding system value
select ${columns} from json_populate_recordset(null::${name}, $rows$${json}$rows$)`,
    );
  }
  return [
    ...tables.map(({ name }) => `alter table ${name} disable trigger user`),
    ...inserts,
    // Tables with checks to come cannot be altered.
    'set constraints all immediate',
    ...tables.map(({ name }) => `alter table ${name} enable trigger user`),
    ...sequences.map(({ statement }) => statement),
  ];
}

import type { QueryRunner } from 'typeorm';

/** Makes an extension that owners of a database may make, in the schema `search`, and answers the schema it is in. */
export async function makeExtension(runner: QueryRunner, name: string): Promise<string> {
  await runner.query(`create extension if not exists ${name} schema search`);
  const [row]: { schema: string }[] = await runner.query(
    'select quote_ident(nspname) as schema from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = $1',
    [name],
  );
  if (!row) throw new Error(`The extension ${name} is not there`);
  return row.schema;
}

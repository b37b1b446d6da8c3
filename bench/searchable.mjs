/** Adds the search documents to a generated record, as the triggers of the migrations would have. */
export async function makeSearchable(client, log) {
  const { rows } = await client.query(
    'select (select count(*) from incident_search) = (select count(*) from incident) as is_made',
  );
  if (rows[0].is_made) return;
  log('Making the record searchable');
  const started = Date.now();
  const step = async (name, sql) => {
    const before = Date.now();
    await client.query(sql);
    log(`  ${name} (${((Date.now() - before) / 1000).toFixed(1)} s)`);
  };
  await client.query(
    `set work_mem = '256MB'; set maintenance_work_mem = '512MB'; set synchronous_commit = off; set jit = off;
     set max_parallel_maintenance_workers = 2; set max_parallel_workers_per_gather = 2; set parallel_setup_cost = 0; set parallel_tuple_cost = 0`,
  );
  const { rows: indexes } = await client.query(
    "select indexname as name, indexdef as definition from pg_indexes where tablename = 'incident_search' and indexdef like '%gin%'",
  );
  await client.query('drop table if exists search_draft');
  // A separate table, because PostgreSQL runs CREATE TABLE AS in parallel, but not INSERT.
  await step(
    'documents',
    `create unlogged table search_draft as
     select key, audience, occurred_from, search.document(incident) as document from incident
      where not exists (select from incident_search where incident_key = key)`,
  );
  await client.query('begin; alter table incident_search disable trigger user');
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await step(
    'rows',
    `insert into incident_search (incident_key, audience, occurred_from, document)
     select key, audience, occurred_from, document from search_draft order by occurred_from`,
  );
  for (const { name, definition } of indexes) await step(name, definition);
  await step(
    'words',
    `insert into search.word
     select word, bit_or(audience) from (select distinct audience from incident_search) mask,
            ts_stat(format('select document from incident_search where audience = %s', audience))
      where word !~ '[0-9_]' and length(word) between 3 and 60 group by word`,
  );
  await client.query('alter table incident_search enable trigger user; drop table search_draft; commit');
  await step('vacuum', 'vacuum (analyze) incident_search, search.word');
  log(`  searchable in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** Adds what incidents are found by to a generated record, as the triggers of the migrations would have. */
export async function makeSearchable(client, tell) {
  const { rows } = await client.query(
    'select (select count(*) from incident_search) = (select count(*) from incident) as is_made',
  );
  if (rows[0].is_made) return;
  tell('Making the record searchable');
  const { rows: indexes } = await client.query(
    "select indexname as name, indexdef as definition from pg_indexes where tablename = 'incident_search' and indexdef like '%gin%'",
  );
  await client.query(
    `set maintenance_work_mem = '512MB'; set max_parallel_maintenance_workers = 2; set synchronous_commit = off;
     begin; alter table incident_search disable trigger user`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query(
    `insert into incident_search (incident_key, audience, occurred_from, document)
     select key, audience, occurred_from, search.document(incident) from incident
      where not exists (select from incident_search where incident_key = key) order by occurred_from`,
  );
  for (const { definition } of indexes) await client.query(definition);
  await client.query(
    `insert into search.word select lexeme, bit_or(audience) from incident_search, unnest(document)
      where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60 group by lexeme`,
  );
  await client.query('alter table incident_search enable trigger user; commit');
  await client.query('vacuum (analyze) incident_search; analyze search.word');
}

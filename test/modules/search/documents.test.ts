import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImportDatabase, openImportDatabase } from '../../imports/import-database.js';

let database: ImportDatabase;
beforeAll(async () => {
  database = await openImportDatabase('shipped');
});
afterAll(() => database?.close());

const TITLES = [
  "Ağdam'da İHA-lar",
  'line\none\r\n\ntwo',
  '',
  '  \t ',
  'БПЛА-ми ё Ё',
  '\u0301mark',
  'İIıi ſ ΑΣ',
  '💥',
];

it('makes the same document of an incident alone and among others', async () => {
  const rows: { differing: number; compared: number }[] = await database.owner.query(
    `with odd as (
       select (jsonb_populate_record(incident, jsonb_build_object(
                'key', gen_random_uuid(), 'title', jsonb_build_object('texts', jsonb_build_object(
                  'TR', jsonb_build_object('text', tr), 'RU', jsonb_build_object('text', ru),
                  'AZ', jsonb_build_object('text', ru), 'EN', jsonb_build_object('text', tr)))))).*
         from incident, unnest($1::text[]) tr, unnest($1::text[]) ru),
     every as materialized (select * from odd union all select * from incident),
     together as materialized (
       select * from search.documents(array(select every::text::incident from every)))
     select count(*)::integer as compared,
            count(*) filter (where document is distinct from search.document(every::text::incident))::integer as differing
       from every left join together on incident_key = key`,
    [TITLES],
  );
  expect(rows[0]?.compared).toBeGreaterThan(51 * TITLES.length);
  expect(rows[0]?.differing).toBe(0);
}, 60_000);

it('makes no document of no incident', async () => {
  expect(await database.owner.query("select * from search.documents('{}')")).toEqual([]);
});

import { labelsOf } from './servers/listen.mjs';

const quote = (value) =>
  `'${(typeof value === 'string' ? value : JSON.stringify(value)).replaceAll("'", "''")}'`;

/** Additions to the database that PostGraphile needs: computed columns and query functions. */
export async function addFunctions(owner) {
  const label = async (name, vocabulary, column) => `
    create or replace function incident_${name}(incident incident, locale text) returns text language sql stable as
    $f$ select ${quote(await labelsOf(vocabulary))}::jsonb -> locale ->> incident.${column} $f$`;
  const statements = [
    await label('category_label', 'IncidentCategory', 'category'),
    await label('severity_label', 'Severity', 'severity'),
    `do $$ begin create type title_in as (text text, locale text, is_fallback boolean); exception when duplicate_object then null; end $$`,
    `create or replace function incident_title_in(incident incident, locale text) returns title_in language sql stable as $f$
       select e ->> 'text', e ->> 'locale', e ->> 'locale' <> $2 from (select coalesce(
         incident.title -> 'texts' -> $2,
         case $2 when 'TR' then coalesce(incident.title -> 'texts' -> 'AZ', incident.title -> 'texts' -> 'EN', incident.title -> 'texts' -> 'RU')
                 when 'AZ' then coalesce(incident.title -> 'texts' -> 'TR', incident.title -> 'texts' -> 'EN', incident.title -> 'texts' -> 'RU')
                 when 'RU' then coalesce(incident.title -> 'texts' -> 'EN', incident.title -> 'texts' -> 'TR', incident.title -> 'texts' -> 'AZ')
                 else incident.title -> 'texts' -> (incident.title ->> 'source') end) as e) served $f$`,
    `do $$ begin create type statistic as (keys text[], count bigint, killed bigint, wounded bigint); exception when duplicate_object then null; end $$`,
    `create or replace function statistics_by_category() returns setof statistic language sql stable rows 50 as $f$
       select array[category], count(*), sum(killed), sum(wounded) from incident group by category order by category collate "C" $f$`,
    `create or replace function statistics_by_month() returns setof statistic language sql stable rows 500 as $f$
       select array[month, coalesce(place.code, 'NONE')], n, killed, wounded from (
         select to_char(occurred_from at time zone 'Asia/Baku', 'YYYY-MM') as month, district_key, count(*) as n, sum(killed) as killed, sum(wounded) as wounded
           from incident group by 1, 2) grouped left join place on place.key = district_key
        order by month collate "C", coalesce(place.code, 'NONE') collate "C" $f$`,
  ];
  for (const statement of statements) await owner.query(statement);
}

import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';

/** Runs SQL as the owner. */
export type RunSql = <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>;

export type Nation = 'TUR' | 'RUS' | 'AZE';

/** Audience masks a record can have: those that some nation, its originator, is in. */
export const MASKS = Array.from({ length: 15 }, (_, index) => index + 1).filter(
  (mask) => mask !== AUDIENCE_BIT.PUBLIC,
);

/** What a reader of the language would read before the canary. */
const WORDS = { TR: 'Gizli kayıt', RU: 'Скрытая запись', AZ: 'Gizli qeyd', EN: 'Hidden record' } as const;

/**
 * A stored text in all languages, each holding a canary that names mask, record and column, and a word that
 * only records of the mask have: kukumav and a letter, so that those of other masks are its misspellings.
 * In every third record the Azerbaijani awaits a new translation.
 */
function storedText(column: string): string {
  const newest = '1 + n % 2';
  const texts = Object.entries(WORDS).map(
    ([locale, words]) =>
      `'${locale}', jsonb_build_object('locale', '${locale}', 'text', '${words} kukumav' || chr(96 + mask) || ' ' || canary || '${column}${locale.toLowerCase()}',
        'status', case when '${locale}' = 'TR' then 'SOURCE' else 'WORKING' end, 'revision', ${locale === 'AZ' ? `case when n % 3 = 0 then 0 else ${newest} end` : newest})`,
  );
  return `jsonb_build_object('source', 'TR', 'revision', ${newest}, 'texts', jsonb_build_object(${texts.join(', ')}))`;
}

/** What a planted record is called everywhere: `birdmask` mask `x` number, and the column's name after it. */
export const CANARY = /bird(?:mask(\d+)x\d+|nation([A-Z]{3})x)[a-z]*/g;
/** Planted keys, references, hashes and latitudes name their record's mask as well. */
export const CANARY_KEY = /[0-9a-f]{8}-b19d-4000-80(\d\d)-\d{12}/g;
export const CANARY_REFERENCE = /(?:TUR|RUS|AZE)-2021-9(\d\d)\d{3}/g;
export const CANARY_HASH = /b19d(\d\d)[0-9a-f]{58}/g;
export const CANARY_LATITUDE = /39\.9876(\d\d)\d{3}7/g;

/** Rows of `planted`: number, mask, originator, key and canary of each record, the same at every call. */
const PLANTED = `
  select n, mask, canary, key, originator,
         timestamptz '2020-11-14 06:00+00' + make_interval(days => n * 37 % 900, hours => n % 5) as occurred_from
    from (select n, mask,
                 'birdmask' || mask || 'x' || n as canary,
                 (substr(md5('record' || mask || '/' || n), 1, 8) || '-b19d-4000-80' || lpad(mask::text, 2, '0') || '-' || lpad(n::text, 12, '0'))::uuid as key,
                 candidates[1 + n % cardinality(candidates)] as originator
            from (select n, ($1::int[])[1 + n % cardinality($1::int[])] as mask from generate_series(0, $2::int - 1) n) numbered
            cross join lateral (select array_remove(array[
              case when mask & 1 <> 0 then 'TUR' end, case when mask & 2 <> 0 then 'RUS' end,
              case when mask & 4 <> 0 then 'AZE' end], null) as candidates) c) named`;

/** The hash of a version as a canary. */
const hash = (salt: string): string =>
  `'b19d' || lpad(mask::text, 2, '0') || substr(md5(canary || ${salt}) || md5(${salt} || canary), 1, 58)`;

const PARTS = [
  `insert into incident (key, audience, reference, import_key, version, originator, category, severity, occurred_from,
      occurred_to, time_precision, place_key, latitude, longitude, geo_precision, title, narrative, untranslated,
      killed, wounded, status, content_hash, written_by, reported_by, retraction, created_at, updated_at)
   select key, mask, originator || '-2021-9' || lpad(mask::text, 2, '0') || lpad(n::text, 3, '0'), canary || 'import', 1 + n % 2, originator,
      (array['CEASEFIRE_VIOLATION', 'SNIPER_FIRE', 'MORTAR_FIRE', 'UAV_SIGHTING', 'DETENTION'])[1 + n % 5],
      (array['LOW', 'MODERATE', 'HIGH', 'CRITICAL'])[1 + n % 4],
      occurred_from, case when n % 3 = 0 then occurred_from + interval '90 minutes' end, 'HOUR',
      (select place.key from place order by place.key offset n % (select count(*) from place) limit 1),
      case when n % 4 <> 3 then ('39.9876' || lpad(mask::text, 2, '0') || lpad(n::text, 3, '0') || '7')::double precision end,
      case when n % 4 <> 3 then 46.8 + n / 1000.0 end, case when n % 4 <> 3 then 'EXACT' end,
      ${storedText('title')}, case when n % 2 = 0 then ${storedText('narrative')} end, 0,
      n % 4, n % 3, (array['REPORTED', 'AWAITING_COUNTERSIGN', 'JOINTLY_CONFIRMED', 'DISPUTED', 'RETRACTED'])[1 + n % 5],
      ${hash("'2'")}, canary || 'writer', canary || 'reporter', case when n % 5 = 4 then ${storedText('retraction')} end,
      occurred_from + interval '1 day', occurred_from + interval '2 days'
   from planted`,
  `insert into claim (incident_key, audience, ordinal, claimant_key, attributed_to_key, source_type, source_url, statement)
   select key, mask, position, 1 + (n + position) % (select max(party.key) from party),
      case when n % 2 = 0 then 1 + (n + position + 1) % (select max(party.key) from party) end,
      'MEDIA', 'https://example.org/' || canary || 'url', ${storedText('claim')}
   from planted cross join generate_series(1, 2) position`,
  `insert into casualties (incident_key, audience, ordinal, party_key, "group", killed, wounded, detained)
   select key, mask, 1, null, 'MILITARY', n % 4, n % 3, null from planted`,
  `insert into incident_provision (incident_key, audience, provision_key, ordinal)
   select key, mask, 1 + n % (select max(provision.key) from provision), 1 from planted`,
  `insert into revision (incident_key, audience, version, changed_at, changed_by, changes, content_hash, content)
   select key, mask, version, occurred_from + make_interval(days => version), originator,
      case when version = 1 then array[]::text[] else array['title', canary || 'change'] end, ${hash('version::text')},
      '{"canary":"' || canary || 'content"}'
   from planted cross join lateral generate_series(1, 1 + n % 2) version`,
  `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, remark, assessed_by, assessed_at)
   select md5('assessment' || nation || key)::uuid, key, mask, nation, case when n % 2 = 0 then 'CONFIRMED' else 'REFUTED' end,
      1, ${hash("'1'")}, ${storedText('remark')}, canary || 'head', occurred_from + interval '3 days'
   from planted cross join (values ('TUR', 1), ('RUS', 2)) assessor (nation, bit) where mask & bit <> 0`,
  `insert into incident_event (key, incident_key, audience, kind, at, version)
   select md5('event' || key)::uuid, key, mask, 'REPORTED', occurred_from + interval '1 day', 1 from planted`,
];

/** Plants records: their masks are taken in turn, and everything about them follows from mask and number. */
export async function plantIncidents(sql: RunSql, masks: readonly number[], count: number): Promise<void> {
  const triggers = await sql<{ on: string; name: string }>(
    'select tgrelid::regclass::text as on, tgname as name from pg_trigger where tgconstraint <> 0 and not tgisinternal',
  );
  // What is planted says more than any write could; the proofs at the commit are not what is tested here.
  for (const { on, name } of triggers) await sql(`alter table ${on} disable trigger ${name}`);
  for (const part of PARTS) await sql(`with planted as (${PLANTED}) ${part}`, [[...masks], count]);
  for (const { on, name } of triggers) await sql(`alter table ${on} enable trigger ${name}`);
}

/** Plants what these nations keep to themselves: contacts, notes on their assessments, keys and revocations. */
export async function plantOwn(sql: RunSql, nations: readonly Nation[]): Promise<void> {
  const own = "'birdnation' || nation || 'x'";
  const statements = [
    `insert into official_contact (official_key, nation, phone, email, languages)
     select key, nation, ${own} || 'phone', ${own} || 'mail', array['TR', 'RU']
       from (select official.key, party.code as nation from official join party on party.key = official.party_key) held
      where nation = any($1)`,
    `insert into assessment_note (assessment_key, nation, note)
     select key, nation, ${own} || 'note' from assessment where nation = any($1)`,
    `insert into idempotency (nation, issuer, subject, key, content_hash, incident_key, audience, created_at)
     select nation, ${own} || 'issuer', ${own} || 'subject', ${own} || 'key', ${own} || 'hash', incident.key, incident.audience, now()
       from unnest($1::text[]) nation,
            (select key, audience from incident where key::text like '%-b19d-%' order by key limit 1) incident`,
    `insert into revoked_token (nation, token_id, revoked_by, revoked_at)
     select nation, ${own} || 'token', ${own} || 'admin', now() from unnest($1::text[]) nation`,
  ];
  for (const statement of statements) await sql(statement, [[...nations]]);
}

/** Plants what joint command alone sees of records that others see too: consents, and events before a release. */
export async function plantJoint(sql: RunSql): Promise<void> {
  await sql(
    `insert into release_consent (incident_key, version, target, nation, audience, consented_by, consented_at)
     select key, version, 'PUBLIC', nation, audience, 'birdmask3x0consent', now()
       from incident cross join unnest(array['TUR', 'RUS']) nation where audience & 3 <> 0`,
  );
}

/** Plants events of every record that an audience did not see, although it may see the record now. */
export async function plantEarlierEvents(sql: RunSql, bit: number): Promise<void> {
  await sql(
    `insert into incident_event (key, incident_key, audience, kind, at, version)
     select md5('earlier' || $1::text || key)::uuid, key, audience & ~($1::text)::smallint, 'REPORTED', created_at, 1
       from incident where audience & ~($1::text)::smallint <> 0`,
    [bit],
  );
}

/** Tables of parts, whose audience follows their incident's by a foreign key. */
const PART_TABLES = [
  'claim',
  'casualties',
  'incident_provision',
  'incident_search',
  'revision',
  'assessment',
  'release_consent',
];

/**
 * Gives every record parts that one after the other of its audiences may not see, which the foreign keys
 * would never allow: so that the rule of each table is seen to hold by itself.
 */
export async function plantStrayParts(sql: RunSql): Promise<void> {
  const keys = await sql<{ table: string; name: string }>(
    `select conrelid::regclass::text as table, conname as name from pg_constraint
      where contype = 'f' and confrelid = 'incident'::regclass and conrelid::regclass::text = any ($1)`,
    [PART_TABLES],
  );
  for (const { table, name } of keys) await sql(`alter table ${table} drop constraint ${name}`);
  const triggers = await sql<{ on: string; name: string }>(
    'select tgrelid::regclass::text as on, tgname as name from pg_trigger where tgconstraint <> 0 and not tgisinternal',
  );
  for (const { on, name } of triggers) await sql(`alter table ${on} disable trigger ${name}`);
  const strays = `with strays as (
    select key, bit, (15 & ~bit)::smallint as stray, 'birdmask' || (15 & ~bit) || 'x999' as canary, version, content_hash, occurred_from
      from incident cross join unnest(array[1, 2, 4, 8]) bit where audience & bit <> 0)`;
  const statements = [
    `insert into claim (incident_key, audience, ordinal, claimant_key, attributed_to_key, source_type, source_url)
     select key, stray, 100 + bit, 1 + bit % 7, 1, 'MEDIA', canary || 'url' from strays`,
    `insert into casualties (incident_key, audience, ordinal, "group", killed)
     select key, stray, 100 + bit, 'UNKNOWN', 900 from strays`,
    `insert into incident_provision (incident_key, audience, provision_key, ordinal)
     select key, stray, 10 + bit % 7, 100 + bit from strays on conflict do nothing`,
    `insert into revision (incident_key, audience, version, changed_at, changed_by, changes, content_hash, content)
     select key, stray, 100 + bit, occurred_from, 'TUR', array[canary || 'change'], content_hash, '' from strays`,
    `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by, assessed_at)
     select md5('stray' || bit || key)::uuid, key, stray, 'TUR', 'REFUTED', version, content_hash, canary || 'head', occurred_from from strays`,
    `insert into release_consent (incident_key, version, target, nation, audience, consented_by, consented_at)
     select key, version, target, case bit when 1 then 'TUR' else 'RUS' end, stray, canary || 'consent', occurred_from
       from strays cross join unnest(array['AZE', 'PUBLIC']) target where bit in (1, 2) on conflict do nothing`,
    'update incident_search set audience = 15 & ~audience where incident_key in (select key from incident where killed = 1)',
  ];
  for (const statement of statements)
    await sql(`${statement.startsWith('update') ? '' : strays} ${statement}`);
  for (const { on, name } of triggers) await sql(`alter table ${on} enable trigger ${name}`);
}

/** Takes away every record that an audience does not see. */
export async function removeHidden(sql: RunSql, bit: number): Promise<void> {
  for (const table of ['incident_event', 'assessment', 'revision', 'incident']) {
    await sql(`delete from ${table} where audience & ${bit} = 0`);
  }
}

/** Tables with row security that the planting fills; a test compares them with the catalogue. */
export const PLANTED_TABLES = [
  'assessment',
  'assessment_note',
  'casualties',
  'claim',
  'idempotency',
  'incident',
  'incident_event',
  'incident_provision',
  'incident_search',
  'incident_aggregate',
  'official_contact',
  'release_consent',
  'revision',
  'revoked_token',
] as const;

/** Columns of text that hold codes or digests, never free text. */
export const CODE_COLUMNS = new Set([
  'revision.open_hash',
  'casualties.group',
  'claim.source_type',
  'assessment.nation',
  'assessment.verdict',
  'assessment_note.nation',
  'official_contact.nation',
  'official_contact.languages',
  'revision.changed_by',
  'incident.originator',
  'incident.category',
  'incident.severity',
  'incident.time_precision',
  'incident.geo_precision',
  'incident.status',
  'incident_event.kind',
  'release_consent.nation',
  'release_consent.target',
  'idempotency.nation',
  'revoked_token.nation',
  // Blanks alone.
  'incident_search.filler',
  'incident_aggregate.dimension_set',
  'incident_aggregate.originator',
  'incident_aggregate.category',
  'incident_aggregate.severity',
  'incident_aggregate.status',
]);

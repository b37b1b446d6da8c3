import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './project.mjs';

/** Equal seeds and sizes make equal incidents. */
const SEED = 20_201_110;
const START = '2020-11-09 21:00+00';
const DAYS = 1043;

/** Share of each set of audiences among a nation's reports. Bits: TUR 1, RUS 2, AZE 4, PUBLIC 8. */
const MARKINGS = {
  realistic: {
    TUR: { 1: 8, 3: 42, 7: 38, 11: 2, 15: 10 },
    RUS: { 2: 8, 3: 46, 7: 34, 11: 2, 15: 10 },
    AZE: { 4: 10, 5: 20, 7: 62, 15: 8 },
  },
  /** Azerbaijan and the public see one record in a thousand each. */
  sparse: {
    TUR: { 1: 250, 3: 748, 7: 1, 11: 1 },
    RUS: { 2: 250, 3: 748, 7: 1, 11: 1 },
    AZE: { 4: 1 },
  },
};
const ORIGINATORS = {
  realistic: { TUR: 46, RUS: 46, AZE: 8 },
  sparse: { TUR: 5000, RUS: 5000, AZE: 1 },
};
const STATUSES = {
  REPORTED: 44,
  AWAITING_COUNTERSIGN: 14,
  JOINTLY_CONFIRMED: 25,
  JOINTLY_REFUTED: 4,
  INCONCLUSIVE: 5,
  DISPUTED: 6,
  RETRACTED: 2,
};
const SEVERITIES = { LOW: 52, MODERATE: 31, HIGH: 14, CRITICAL: 3 };
const PRECISIONS = { MINUTE: 68, HOUR: 14, DAY: 16, MONTH: 2 };
const GEO_PRECISIONS = { NONE: 55, EXACT: 15, NEAR: 25, DISTRICT: 5 };
const LANGUAGES = { TR: 40, RU: 42, AZ: 8, EN: 10 };

/** Endings that give titles the length and the variety of real ones. */
const DETAILS = {
  tr: [
    '; can kaybı bildirilmedi',
    ', gece saatlerinde, yaklaşık yirmi dakika',
    ' — gözlem noktasının kuzeyinde, üç ayrı mevziden',
    '; taraflar birbirini suçladı',
    ', ateş sabaha karşı kesildi',
    '',
    ' ve çevresindeki yüksek kesimde',
    '; bildirim telsizle alındı, doğrulama sürüyor',
  ],
  ru: [
    '; о пострадавших не сообщалось',
    ', в ночное время, около двадцати минут',
    ' — к северу от наблюдательного поста, с трёх позиций',
    '; стороны обвинили друг друга',
    ', огонь прекратился под утро',
    '',
    ' и на прилегающих высотах',
    '; сообщение принято по радио, идёт проверка',
  ],
  az: [
    '; itki barədə məlumat verilməyib',
    ', gecə saatlarında, təxminən iyirmi dəqiqə',
    ' — müşahidə məntəqəsindən şimalda, üç mövqedən',
    '; tərəflər bir-birini ittiham etdi',
    ', atəş səhərə yaxın dayandı',
    '',
    ' və ətraf yüksəkliklərdə',
    '; məlumat radio ilə alınıb, yoxlama davam edir',
  ],
  en: [
    '; no casualties reported',
    ', at night, for about twenty minutes',
    ' — north of the observation post, from three positions',
    '; each side blamed the other',
    ', fire ceased before dawn',
    '',
    ' and on the heights around it',
    '; report received by radio, being verified',
  ],
};
const NEAR = { tr: ' yakınında', ru: ', район ', az: ' yaxınlığında', en: ' near ' };
const LOCALES = ['tr', 'ru', 'az', 'en'];
/** With fewer slots, rare values would not occur. */
const SLOTS = 4096;

const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;
const textArray = (items) => `array[${items.map(quote).join(',')}]::text[]`;

/** A number from 0 to 1, computed from the row's number and a salt: the same under any plan. */
const chance = (salt, n = 'n') =>
  `((hashint8extended(${n}, ${SEED + salt * 7919}) & 9007199254740991) / 9007199254740992.0::float8)`;

/** Values repeated by weight, so that one draw picks among them: `(array[...])[1 + draw * length]`. */
function slots(weights) {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const items = [];
  let due = 0;
  for (const [value, weight] of Object.entries(weights)) {
    due += (weight / total) * SLOTS;
    while (items.length < Math.round(due)) items.push(value);
  }
  return items;
}

/** Picks by weight, from cumulative shares, so that rare values stay exact. */
function pick(weights, salt, n) {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  let due = 0;
  const branches = Object.entries(weights).map(([value, weight]) => {
    due += weight / total;
    return `when ${chance(salt, n)} < ${due.toFixed(9)} then ${quote(value)}`;
  });
  const last = Object.keys(weights).at(-1);
  return `(case ${branches.join(' ')} else ${quote(last)} end)`;
}

/** Zipf: the r-th of the list comes 1/r^exponent as often as the first. */
function zipf(values, exponent) {
  return Object.fromEntries(values.map((value, index) => [value, 1 / (index + 1) ** exponent]));
}

const LOADED = ['incident', 'claim', 'casualties', 'incident_provision', 'assessment', 'revision'];

/** Adds `rows` incidents with all their parts to the shipped ones. */
export async function generate(client, { rows, markings = 'realistic', log = () => {} }) {
  const started = Date.now();
  const step = async (name, sql) => {
    const before = Date.now();
    const { rowCount } = await client.query(sql);
    log(`  ${name}: ${rowCount ?? ''} (${((Date.now() - before) / 1000).toFixed(1)} s)`);
  };
  await client.query(
    "set synchronous_commit = off; set work_mem = '256MB'; set maintenance_work_mem = '512MB'; set jit = off",
  );
  await client.query('set max_parallel_maintenance_workers = 2');
  const putBack = await takeAwayIndexes(client);
  await client.query(LOADED.map((table) => `alter table ${table} disable trigger user`).join(';'));

  await reference(client);
  await step('draft', draftSql(rows, markings));
  await step('incident', INCIDENT);
  for (const [name, sql] of Object.entries(PARTS)) await step(name, sql);
  await client.query('drop table draft, bench_place, bench_category');
  for (const { name, sql } of putBack) await step(name, sql);
  await client.query(LOADED.map((table) => `alter table ${table} enable trigger user`).join(';'));
  await client.query('delete from incident_aggregate');
  await step('aggregates', aggregates(Math.ceil(rows / AGGREGATED_AT_ONCE)));
  await client.query('vacuum (full) incident_aggregate');
  await step('vacuum', `vacuum (analyze, freeze) ${LOADED.join(', ')}, incident_aggregate`);
  log(`  ${rows} incidents in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

/** Drops keys and indexes for the load; answers the statements that restore them, foreign keys last. */
async function takeAwayIndexes(client) {
  const tables = `array[${LOADED.map((table) => `'${table}'::regclass`).join(',')}]`;
  const { rows: constraints } = await client.query(
    `select conname as name, conrelid::regclass::text as table, contype as type, pg_get_constraintdef(oid) as def
       from pg_constraint
      where (conrelid = any(${tables}) and contype in ('f', 'p', 'u')) or (confrelid = any(${tables}) and contype = 'f')
      order by contype = 'f' desc, contype`,
  );
  for (const { table, name } of constraints)
    await client.query(`alter table ${table} drop constraint "${name}"`);
  const { rows: indexes } = await client.query(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as def from pg_index where indrelid = any(${tables})`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  const key = ({ table, name, def }) => ({
    name,
    sql: `alter table ${table} add constraint "${name}" ${def}`,
  });
  return [
    ...constraints.filter(({ type }) => type !== 'f').map(key),
    ...indexes.map(({ name, def }) => ({ name, sql: def })),
    ...constraints.filter(({ type }) => type === 'f').map(key),
  ];
}

/** Places by frequency, and the words titles are made of. */
async function reference(client) {
  const catalogs = {};
  for (const locale of LOCALES) {
    catalogs[locale] = JSON.parse(await readFile(join(PROJECT, `src/i18n/catalogs/${locale}.json`), 'utf8'));
  }
  const codes = Object.keys(catalogs.en.vocabulary.IncidentCategory);
  const { rows: places } = await client.query(
    `select place.key from place order by kind = 'DISTRICT', hashtextextended(code, ${SEED})`,
  );
  const placeSlots = slots(
    zipf(
      places.map(({ key }) => `k${key}`),
      1.05,
    ),
  ).map((name) => name.slice(1));
  const categorySlots = slots(zipf(codes, 1.1));
  await client.query(
    `create temp table bench_place as
       select slot::int, place.key as place_key,
              case when coalesce(parent.kind, place.kind) = 'DISTRICT' then coalesce(parent.key, place.key) end as district_key,
              place.latitude, place.longitude, place.name_tr as tr, place.name_ru as ru, place.name_az as az, place.name_en as en
         from unnest(array[${placeSlots.join(',')}]::int[]) with ordinality taken (key, slot)
         join place using (key) left join place parent on parent.key = place.parent_key`,
  );
  const label = (locale) =>
    textArray(categorySlots.map((code) => catalogs[locale].vocabulary.IncidentCategory[code]));
  await client.query(
    `create temp table bench_category as
       select slot::int, code, tr, ru, az, en
         from unnest(${textArray(categorySlots)}, ${LOCALES.map(label).join(', ')}) with ordinality taken (code, tr, ru, az, en, slot)`,
  );
  await client.query('analyze bench_place; analyze bench_category');
}

/** A key as the server gives it to a row written at a moment: UUID version 7, its random bits from a text. */
const key = (moment, text) =>
  `(lpad(to_hex((extract(epoch from ${moment}) * 1000)::bigint), 12, '0') || '7' || left(md5(${text}), 3) || 'a' || right(md5(${text}), 15))::uuid`;

/** The draws of an incident, in order of time: growing over the years, two fifths of them in bursts. */
function draftSql(rows, markings) {
  const burst = `floor(90 * power(${chance(2)}, 2))::bigint`;
  const mask = Object.entries(MARKINGS[markings])
    .map(([nation, shares]) => `when '${nation}' then ${pick(shares, 5)}`)
    .join(' ');
  return `
    create temp table draft as
    select n, ${key('at', `'${SEED}/' || n`)} as key, originator, (case originator ${mask} end)::smallint as audience,
           case precision when 'MINUTE' then date_trunc('minute', at) when 'HOUR' then date_trunc('hour', at)
             when 'DAY' then date_trunc('day', at, 'Asia/Baku') else date_trunc('month', at, 'Asia/Baku') end as occurred_from,
           precision, place_slot, category_slot, severity, status, source, version, geo, killed_military, wounded_military, killed_civilian, wounded_civilian, parties
      from (
        select n, ${pick(ORIGINATORS[markings], 4)} as originator,
               timestamptz '${START}' + least(${DAYS} - 0.01, case when ${chance(1)} < 0.4
                 then ${DAYS} * power(${chance(3, burst)}, 0.6) - 1.5 * ln(1 - ${chance(6)} * 0.999)
                 else ${DAYS} * power(${chance(7)}, 0.6) end) * interval '1 day' as at,
               ${pick(PRECISIONS, 8)} as precision,
               1 + floor(${chance(9)} * ${SLOTS})::int as place_slot,
               1 + floor(${chance(10)} * ${SLOTS})::int as category_slot,
               ${pick(SEVERITIES, 11)} as severity, ${pick(STATUSES, 12)} as status, ${pick(LANGUAGES, 13)} as source,
               1 + floor(3 * power(${chance(14)}, 4))::int as version, ${pick(GEO_PRECISIONS, 15)} as geo,
               case when ${chance(16)} < 0.06 then 1 + floor(5 * power(${chance(17)}, 3))::int else 0 end as killed_military,
               case when ${chance(18)} < 0.10 then 1 + floor(9 * power(${chance(19)}, 3))::int else 0 end as wounded_military,
               case when ${chance(20)} < 0.02 then 1 + floor(3 * power(${chance(21)}, 3))::int else 0 end as killed_civilian,
               case when ${chance(22)} < 0.04 then 1 + floor(4 * power(${chance(23)}, 3))::int else 0 end as wounded_civilian,
               floor(${chance(24)} * 12)::int as parties
          from generate_series(1, ${rows}) n) drawn
     order by occurred_from`;
}

const entry = (locale, present, staleSalt) => `
  case when ${present} then jsonb_build_object('locale', '${locale.toUpperCase()}',
    'text', ${title(locale)},
    'status', case when draft.source = '${locale.toUpperCase()}' then 'SOURCE' when ${chance(30)} < 0.3 then 'OFFICIAL' when ${chance(30)} < 0.7 then 'WORKING' else 'MACHINE' end,
    'revision', case when draft.source <> '${locale.toUpperCase()}' and ${chance(staleSalt)} < 0.04 then greatest(1, draft.version - 1) else draft.version end) end`;

function title(locale) {
  const place = `place.${locale}`;
  const category = `category.${locale}`;
  const near = quote(NEAR[locale]);
  const where = locale === 'ru' || locale === 'en' ? `${near} || ${place}` : `', ' || ${place} || ${near}`;
  return `${category} || ${where} || (${textArray(DETAILS[locale])})[1 + floor(${chance(31)} * ${DETAILS[locale].length})::int]`;
}

const has = (locale, share, salt) =>
  `(draft.source = '${locale.toUpperCase()}' or ${chance(salt)} < ${share})`;

const TITLE = `jsonb_build_object('source', draft.source, 'revision', draft.version, 'texts', jsonb_strip_nulls(jsonb_build_object(
  'TR', ${entry('tr', has('tr', 0.95, 32), 36)}, 'RU', ${entry('ru', has('ru', 0.95, 33), 37)},
  'AZ', ${entry('az', has('az', 0.45, 34), 38)}, 'EN', ${entry('en', has('en', 0.55, 35), 39)})))`;

const NARRATIVE = `case when ${chance(40)} < 0.35 then jsonb_build_object('source', draft.source, 'revision', 1, 'texts',
  jsonb_build_object(draft.source, jsonb_build_object('locale', draft.source, 'status', 'SOURCE', 'revision', 1, 'text',
    case draft.source when 'RU' then ${title('ru')} when 'TR' then ${title('tr')} when 'AZ' then ${title('az')} else ${title('en')} end
    || ' ' || repeat((${textArray(DETAILS.en.filter(Boolean).map((text) => `${text.replace(/^\W+/, '')}. `))})[1 + floor(${chance(41)} * 7)::int], 1 + floor(${chance(42)} * 5)::int)))) end`;

const HASH = `md5(n || 'a') || md5(n || 'b')`;

const INCIDENT = `
  insert into incident (key, audience, reference, version, originator, category, severity, occurred_from, occurred_to, time_precision,
    place_key, district_key, latitude, longitude, geo_precision, title, narrative, untranslated, killed, wounded, status, content_hash, written_by, created_at, updated_at)
  select key, audience, format('%s-%s-%s', originator, to_char(occurred_from at time zone 'Asia/Baku', 'YYYY'), 1000000 + n), version, originator, category, severity,
         occurred_from, occurred_to, precision, place_key, district_key, latitude, longitude, geo_precision, title, narrative,
         untranslated(title) | untranslated(narrative), killed, wounded, status, content_hash, written_by, created_at,
         created_at + case when version > 1 then version * 9 else 0 end * interval '1 hour'
    from (select draft.key, draft.audience, draft.n, draft.version, draft.originator, category.code as category, draft.severity, draft.occurred_from,
                 case when ${chance(43)} < 0.2 then draft.occurred_from + (1 + floor(${chance(44)} * 300)) * interval '1 minute' end as occurred_to,
                 draft.precision, place.place_key, place.district_key,
                 case when draft.geo <> 'NONE' then round((coalesce(place.latitude, 39.9) + ${chance(45)} * 0.06 - 0.03)::numeric, 5)::float8 end as latitude,
                 case when draft.geo <> 'NONE' then round((coalesce(place.longitude, 46.8) + ${chance(46)} * 0.06 - 0.03)::numeric, 5)::float8 end as longitude,
                 nullif(draft.geo, 'NONE') as geo_precision, ${TITLE} as title, ${NARRATIVE} as narrative,
                 killed_military + killed_civilian as killed, wounded_military + wounded_civilian as wounded,
                 draft.status, ${HASH} as content_hash,
                 format('https://%s.issuer.merzili.example officer-%s', lower(draft.originator), 1 + draft.n % 60) as written_by,
                 date_trunc('second', draft.occurred_from + (0.5 + 20 * power(${chance(47)}, 3)) * interval '1 hour') as created_at
            from draft join bench_place place on place.slot = place_slot join bench_category category on category.slot = category_slot
           order by draft.occurred_from, draft.n) made`;

/** Party codes of a claim, by the incident's draw: claimant and attributed party. */
const party = (code) => `(select key from party where code = '${code}')`;
const CLAIMANTS = `(array[${['AZE', 'ARM', 'RUS', 'RPC', 'JMC', 'DFA', 'AZE', 'ARM', 'RPC', 'JMC', 'TUR', 'AZE'].map(party).join(',')}])`;
const BLAMED = `(array[${['ARM', 'AZE', 'DFA', 'AZE', 'ARM', 'AZE', 'ARM', 'AZE', 'ARM', 'AZE', 'ARM', 'DFA'].map(party).join(',')}])`;
const SOURCES = { OWN_OBSERVATION: 22, UAV: 13, PARTY_STATEMENT: 38, COMPLAINT: 14, MEDIA: 11, OTHER: 2 };

const PARTS = {
  claim: `
    insert into claim (incident_key, audience, ordinal, claimant_key, attributed_to_key, source_type, source_url, statement)
    select key, audience, ordinal, ${CLAIMANTS}[1 + (parties + ordinal * 5) % 12],
           case when ${chance(51, 'n * 2 + ordinal')} < 0.7 then ${BLAMED}[1 + (parties + ordinal * 5) % 12] end,
           ${pick(SOURCES, 50, 'n * 2 + ordinal')},
           case when ${chance(52, 'n * 2 + ordinal')} < 0.4 then format('https://news.example.org/%s/%s', to_char(occurred_from, 'YYYY/MM'), n) end,
           case when ${chance(53, 'n * 2 + ordinal')} < 0.15 then jsonb_build_object('source', source, 'revision', 1, 'texts', jsonb_build_object(source,
             jsonb_build_object('locale', source, 'text', 'Statement ' || n || ' as received by the duty officer', 'status', 'SOURCE', 'revision', 1))) end
      from draft cross join generate_series(0, 1) ordinal where ordinal = 0 or ${chance(54)} < 0.45`,
  casualties: `
    insert into casualties (incident_key, audience, ordinal, party_key, "group", killed, wounded, detained)
    select key, audience, row_number() over (partition by key order by grp desc) - 1, ${BLAMED}[1 + parties], grp, killed, wounded, null
      from (select key, audience, parties, 'MILITARY' as grp, killed_military as killed, wounded_military as wounded from draft
             where killed_military + wounded_military > 0
            union all select key, audience, parties, 'CIVILIAN', killed_civilian, wounded_civilian from draft
             where killed_civilian + wounded_civilian > 0) counted`,
  incident_provision: `
    insert into incident_provision (incident_key, audience, provision_key, ordinal)
    select key, audience, provisions[1 + (first + ordinal * step) % size], ordinal
      from (select key, audience, n, floor(power(${chance(60)}, 2) * size)::int as first, 1 + floor(${chance(61)} * (size - 1))::int as step, size, provisions
              from draft cross join (select array_agg(key order by code desc) as provisions, count(*)::int as size from provision) known) drawn
     cross join generate_series(0, 1) ordinal where ordinal = 0 or ${chance(62)} < 0.35`,
  assessment: `
    insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, remark, assessed_by, assessed_at)
    select ${key('assessed_at', "'a' || n || nation")}, key, audience, nation,
           case status when 'JOINTLY_CONFIRMED' then 'CONFIRMED' when 'JOINTLY_REFUTED' then 'REFUTED' when 'INCONCLUSIVE' then 'INCONCLUSIVE'
             when 'DISPUTED' then case nation when 'TUR' then 'CONFIRMED' else 'REFUTED' end
             else case when ${chance(63)} < 0.8 then 'CONFIRMED' else 'INCONCLUSIVE' end end,
           version, ${HASH},
           case when ${chance(64)} < 0.2 then jsonb_build_object('source', 'RU', 'revision', 1, 'texts', jsonb_build_object('RU',
             jsonb_build_object('locale', 'RU', 'text', 'Проверено на месте, осмотр ' || n, 'status', 'SOURCE', 'revision', 1))) end,
           format('https://%s.issuer.merzili.example head-%s', lower(nation), 1 + n % 3),
           date_trunc('second', assessed_at)
      from draft cross join (values ('TUR'), ('RUS')) head (nation)
     cross join lateral (select occurred_from + (30 + 200 * ${chance(65)} + case nation when 'TUR' then 1 else 0 end) * interval '1 hour' as assessed_at) drawn
     where audience & 3 = 3 and (status in ('JOINTLY_CONFIRMED', 'JOINTLY_REFUTED', 'INCONCLUSIVE', 'DISPUTED')
        or (status = 'AWAITING_COUNTERSIGN' and nation = case when ${chance(66)} < 0.5 then 'TUR' else 'RUS' end))`,
  revision: `
    insert into revision (incident_key, audience, version, changed_at, changed_by, changes, content_hash, open_hash, content)
    select key, audience, version, occurred_from + interval '1 hour', originator, '{}', ${HASH}, ${HASH}, '{}' from draft`,
};

const AGGREGATED_AT_ONCE = 250_000;
const DIMENSIONS = 'audience, originator, category, severity, status, district_key, place_key, untranslated';

/** Fills the aggregate as the triggers do, in several transactions: a single one would scan its own dead rows. */
const aggregates = (steps) => `do $$ begin
  for step in 0 .. ${steps - 1} loop
    insert into incident_aggregate (dimension_set, ${DIMENSIONS}, day, change_number, incidents, killed, wounded)
    select 'change', ${DIMENSIONS}, (occurred_from at time zone 'Asia/Baku')::date as day, nextval('incident_aggregate_change_number_seq'),
           count(*), sum(killed), sum(wounded)
      from incident where abs(hashtext(key::text)) % ${steps} = step group by ${DIMENSIONS}, day;
    perform roll_up_changes();
    commit;
  end loop;
end $$`;

import { randomUUID } from 'node:crypto';
import type { Locale } from '../../../src/domain/locale.js';
import type { App } from '../../support/app.js';
import type { Text } from './record.js';

/** Text that breaks careless quoting, escaping and reading. */
export const NASTY: readonly string[] = [
  `it's "quoted" and \\back\\slashed\\`,
  'line\nbreak\r\nand\ttab',
  '🧿 \u{1F9FF}👩‍👩‍👧 e\u0301 \u{10FFFF}',
  '\u202Eright to left\u202C \u2066isolated\u2069',
  `'); drop table incident; -- $1 \${x} {{y}} %s`,
  '\u0001\u001f\u007f\u0085\u2028\u2029\ufeff',
  '</script><!-- &amp; -->',
  '',
  '{"#type":"Party","text":null}',
  'a'.repeat(3_000),
];

const VERDICTS = ['CONFIRMED', 'REFUTED', 'INCONCLUSIVE'] as const;
const OLD_HASH = 'c'.repeat(64);
const LOCALES: readonly Locale[] = ['TR', 'RU', 'AZ', 'EN'];
const NATION_BIT = { TUR: 1, RUS: 2, AZE: 4 } as const;

/** How many incidents are added to the shipped ones. */
const ADDED = 36;

/**
 * Adds to the shipped record what it lacks: positions, casualties of every group, assessments of both
 * nations that agree and that differ, notes, contacts, stale and missing translations, narratives,
 * statements, revisions, provision assessments, equal times, retracted records, and nasty text everywhere.
 */
export async function enrich(sql: App['sql'], writer: string): Promise<void> {
  await enrichReference(sql);
  const categories = (
    await sql<{ category: string }>('select distinct category from incident order by 1')
  ).map(({ category }) => category);
  const places = (await sql<{ key: number }>('select key from place order by key')).map(({ key }) => key);
  for (let n = 0; n < ADDED; n += 1)
    await addIncident(sql, n, pick(categories, n * 5), n % 7 === 0 ? null : pick(places, n * 3), writer);
}

async function enrichReference(sql: App['sql']): Promise<void> {
  await sql(
    `insert into official_contact
     select key, case key % 3 when 0 then 'TUR' when 1 then 'RUS' else 'AZE' end,
            case when key % 2 = 0 then '+90 ' || key end, 'a"b' || key || '@example.org', array['TR','EN'] from official`,
  );
  // PostgreSQL itself is asked for names that need care in sorting and quoting.
  await sql('update place set name_tr = name_en, name_az = name_en where key % 11 = 0');
  await sql('update place set name_en = $1, name_ru = $2, aliases = array[$1, $2] where key = 7', [
    NASTY[0],
    NASTY[1],
  ]);
  await sql('update official set name_az = $1, name_tr = $2 where key = 3', [NASTY[3], NASTY[0]]);
  const provisions = await sql<{ key: number }>('select key from provision order by key');
  const statuses = ['MINIMAL', 'FULL', 'LAPSED'];
  for (const [n, { key }] of provisions.entries()) {
    for (const [turn, nation] of (['TUR', 'RUS', 'TUR', 'RUS'] as const).entries()) {
      // Some provisions only one nation has assessed.
      if ((n + turn) % 5 === 0 || (n % 4 === 3 && nation === 'RUS')) continue;
      await sql('insert into provision_assessment values ($1, $2, $3, $4, $5, $6, $7)', [
        randomUUID(),
        key,
        nation,
        pick(statuses, n % 2 === 0 ? 1 : n + turn),
        turn === 2 ? null : localized(n + turn),
        new Date(Date.UTC(2021, turn, n + 1)),
        `head-${nation}`,
      ]);
    }
  }
}

async function addIncident(
  sql: App['sql'],
  n: number,
  category: string,
  placeKey: number | null,
  writer: string,
): Promise<void> {
  const key = randomUUID();
  const originator = pick(['TUR', 'RUS', 'AZE'] as const, n);
  const audience = NATION_BIT[originator] | pick([0, 15, 3, 7, 8, 5, 11], n * 3 + 1);
  const hasPosition = n % 3 === 0;
  const occurred = new Date(
    Date.UTC(2021, n % 5, 1 + (n % 4), n % 2 === 0 ? 20 : 3, 30, 0, n % 3 === 0 ? 0 : n),
  );
  const killed = pick([0, 2, null], n);
  const wounded = pick([5, null, 0, 1], n);
  const values: Record<string, unknown> = {
    key,
    audience,
    reference: `${originator}-2021-${900_000 + n}`,
    version: 2,
    originator,
    category,
    severity: pick(['LOW', 'MODERATE', 'HIGH', 'CRITICAL'], n),
    occurred_from: occurred,
    occurred_to: n % 2 === 0 ? null : new Date(occurred.getTime() + 3_600_000),
    time_precision: pick(['MINUTE', 'HOUR', 'DAY', 'MONTH'], n),
    place_key: placeKey,
    latitude: hasPosition ? 39.5 + n / 40 : null,
    longitude: hasPosition ? 46.5 + n / 50 : null,
    geo_precision: hasPosition ? 'EXACT' : null,
    title: localized(n),
    narrative: n % 4 === 0 ? null : localized(n + 3),
    killed: killed ?? 0,
    wounded: (wounded ?? 0) + 1,
    status: 'REPORTED',
    content_hash: '',
    written_by: n % 3 === 0 ? writer : 'https://other.example somebody',
    reported_by: n % 5 === 1 ? writer : 'https://other.example somebody',
    created_at: new Date(Date.UTC(2022, 0, 1)),
    updated_at: new Date(Date.UTC(2022, 0, 1 + (n % 3))),
    untranslated: 0,
  };
  await sql('begin');
  await insert(sql, 'incident', values);
  await addParts(sql, n, key, audience, killed, wounded);
  await addRevisions(sql, key, audience);
  await addAssessments(sql, n, key, audience);
  await sql(
    `update incident set status = case when $2 then 'RETRACTED' else assessed_status(key, version, content_hash) end where key = $1`,
    [key, n % 9 === 8],
  );
  await sql('commit');
}

async function addParts(
  sql: App['sql'],
  n: number,
  key: string,
  audience: number,
  killed: number | null,
  wounded: number | null,
): Promise<void> {
  for (let ordinal = 0; ordinal < n % 4; ordinal += 1) {
    await insert(sql, 'claim', {
      incident_key: key,
      audience,
      ordinal,
      claimant_key: 1 + ((n + ordinal) % 7),
      attributed_to_key: ordinal === 1 ? null : 1 + ((n + ordinal + 2) % 7),
      source_type: pick(['OWN_OBSERVATION', 'UAV', 'MEDIA', 'COMPLAINT'], n + ordinal),
      source_url: ordinal === 2 ? null : `https://example.org/?q="${n}"&x='y'`,
      statement: ordinal === 0 ? localized(n + 1) : null,
    });
  }
  const groups = [
    { group: 'MILITARY', killed, wounded },
    { group: 'CIVILIAN', killed: 0, wounded: 1 },
    { group: 'UNKNOWN', killed: null, wounded: null },
  ];
  for (const [ordinal, group] of groups.entries()) {
    await insert(sql, 'casualties', {
      incident_key: key,
      audience,
      ordinal,
      party_key: ordinal === 1 ? null : 1 + (n % 7),
      detained: ordinal === 2 ? n : null,
      ...group,
    });
  }
  for (let ordinal = 0; ordinal < n % 3; ordinal += 1) {
    await insert(sql, 'incident_provision', {
      incident_key: key,
      audience,
      ordinal,
      provision_key: 1 + ((n * 2 + ordinal) % 9),
    });
  }
}

/** Two versions, the second of which is what the rows say; the database checks that at the commit. */
async function addRevisions(sql: App['sql'], key: string, audience: number): Promise<void> {
  await sql(
    `update incident set content_hash = encode(sha256(convert_to(recorded_content(key)::text, 'UTF8')), 'hex') where key = $1`,
    [key],
  );
  for (const version of [1, 2]) {
    await sql(
      `insert into revision (incident_key, audience, version, changed_at, changed_by, changes, content_hash, content)
       select key, $2, $3, $4, originator, $5, case when $3 = 1 then $6 else content_hash end, recorded_content(key)::text
         from incident where key = $1`,
      [
        key,
        audience,
        version,
        new Date(Date.UTC(2022, 0, version)),
        version === 1 ? [] : ['title', 'a "quoted" field'],
        OLD_HASH,
      ],
    );
  }
}

/** Who assessed which version how, in turn, by number. */
const ASSESSMENTS: readonly (readonly (readonly ['TUR' | 'RUS', 1 | 2, (typeof VERDICTS)[number]])[])[] = [
  [],
  [['TUR', 2, 'CONFIRMED']],
  [
    ['TUR', 1, 'REFUTED'],
    ['TUR', 2, 'CONFIRMED'],
    ['RUS', 2, 'CONFIRMED'],
  ],
  [
    ['RUS', 2, 'REFUTED'],
    ['TUR', 2, 'REFUTED'],
  ],
  [
    ['RUS', 2, 'CONFIRMED'],
    ['TUR', 2, 'REFUTED'],
    ['RUS', 2, 'INCONCLUSIVE'],
  ],
  [
    ['RUS', 2, 'INCONCLUSIVE'],
    ['TUR', 2, 'INCONCLUSIVE'],
  ],
  [['RUS', 1, 'CONFIRMED']],
];

async function addAssessments(sql: App['sql'], n: number, key: string, audience: number): Promise<void> {
  for (const [turn, [nation, version, verdict]] of pick(ASSESSMENTS, n).entries()) {
    const assessment = randomUUID();
    await sql(
      `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, remark, assessed_by, assessed_at)
       select $1, incident_key, $3, $4, $5, version, content_hash, $7, $8, $9 from revision
        where incident_key = $2 and version = $6`,
      [
        assessment,
        key,
        audience,
        nation,
        verdict,
        version,
        turn === 1 ? null : localized(n + turn),
        `head "${nation}"`,
        new Date(Date.UTC(2022, 1, 1 + turn)),
      ],
    );
    if ((n + turn) % 3 > 0) {
      await insert(sql, 'assessment_note', {
        assessment_key: assessment,
        nation,
        note: pick(NASTY, n + turn),
      });
    }
  }
}

/** Text whose languages, sources and staleness go round by number. */
function localized(n: number): Text {
  const source = pick(LOCALES, n);
  const texts: Text['texts'] = {};
  for (const [index, locale] of LOCALES.entries()) {
    if (locale !== source && (n >> index) % 2 === 1) continue;
    texts[locale] = {
      locale,
      text: pick(NASTY, n + index),
      status: locale === source ? 'SOURCE' : pick(['OFFICIAL', 'WORKING', 'MACHINE'], n + index),
      revision: locale === source || (n + index) % 3 > 0 ? 3 : 2,
    };
  }
  return { source, revision: 3, texts };
}

async function insert(sql: App['sql'], table: string, values: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(values);
  await sql(
    `insert into ${table} (${columns.map((column) => `"${column}"`).join(', ')})
     values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(values),
  );
}

function pick<Item>(items: readonly Item[], n: number): Item {
  return items[n % items.length] as Item;
}

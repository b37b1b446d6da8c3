import { randomUUID } from 'node:crypto';
import type { Locale } from '../../../src/labels/locale.js';
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

const STATUSES = [
  'REPORTED',
  'AWAITING_COUNTERSIGN',
  'JOINTLY_CONFIRMED',
  'JOINTLY_REFUTED',
  'INCONCLUSIVE',
  'DISPUTED',
  'RETRACTED',
] as const;
const VERDICTS = ['CONFIRMED', 'REFUTED', 'INCONCLUSIVE'] as const;
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
  const categories = (await sql<{ category: string }>('select distinct category from incident order by 1')).map(
    ({ category }) => category,
  );
  const places = (await sql<{ key: number }>('select key from place order by key')).map(({ key }) => key);
  for (let n = 0; n < ADDED; n += 1) await addIncident(sql, n, pick(categories, n * 5), n % 7 === 0 ? null : pick(places, n * 3), writer);
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
  await sql('update official set name_az = $1 where key = 3', [NASTY[2]]);
  const provisions = await sql<{ key: number }>('select key from provision order by key');
  const statuses = ['MINIMAL', 'FULL', 'LAPSED'];
  for (const [n, { key }] of provisions.entries()) {
    for (const [turn, nation] of (['TUR', 'RUS', 'TUR', 'RUS'] as const).entries()) {
      if ((n + turn) % 5 === 0) continue;
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
  const occurred = new Date(Date.UTC(2021, n % 5, 1 + (n % 4), n % 2 === 0 ? 20 : 3, 30, 0, n % 3 === 0 ? 0 : n));
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
    status: pick(STATUSES, n),
    content_hash: 'a'.repeat(64),
    written_by: n % 3 === 0 ? writer : 'https://other.example somebody',
    created_at: new Date(Date.UTC(2022, 0, 1)),
    updated_at: new Date(Date.UTC(2022, 0, 1 + (n % 3))),
    untranslated: 0,
  };
  await insert(sql, 'incident', values);
  await addParts(sql, n, key, audience, killed, wounded);
  await addAssessments(sql, n, key, audience);
}

async function addParts(
  sql: App['sql'],
  n: number,
  key: string,
  audience: number,
  killed: number | null,
  wounded: number | null,
): Promise<void> {
  for (let position = 0; position < n % 4; position += 1) {
    await insert(sql, 'claim', {
      incident_key: key,
      audience,
      position,
      claimant_key: 1 + ((n + position) % 7),
      attributed_to_key: position === 1 ? null : 1 + ((n + position + 2) % 7),
      source_type: pick(['OWN_OBSERVATION', 'UAV', 'MEDIA', 'COMPLAINT'], n + position),
      source_url: position === 2 ? null : `https://example.org/?q="${n}"&x='y'`,
      statement: position === 0 ? localized(n + 1) : null,
    });
  }
  const groups = [
    { group: 'MILITARY', killed, wounded },
    { group: 'CIVILIAN', killed: 0, wounded: 1 },
    { group: 'UNKNOWN', killed: null, wounded: null },
  ];
  for (const [position, group] of groups.entries()) {
    await insert(sql, 'casualties', {
      incident_key: key,
      audience,
      position,
      party_key: position === 1 ? null : 1 + (n % 7),
      detained: position === 2 ? n : null,
      ...group,
    });
  }
  for (let position = 0; position < n % 3; position += 1) {
    await insert(sql, 'incident_provision', {
      incident_key: key,
      audience,
      position,
      provision_key: 1 + ((n * 2 + position) % 9),
    });
  }
}

async function addAssessments(sql: App['sql'], n: number, key: string, audience: number): Promise<void> {
  for (const [turn, nation] of (['TUR', 'RUS', 'TUR'] as const).entries()) {
    if (turn >= n % 4) continue;
    const assessment = randomUUID();
    await insert(sql, 'assessment', {
      key: assessment,
      incident_key: key,
      audience,
      nation,
      verdict: pick(VERDICTS, n % 2 === 0 ? 0 : n + turn),
      version: turn === 2 ? 2 : 1,
      content_hash: 'b'.repeat(64),
      remark: turn === 1 ? null : localized(n + turn),
      assessed_by: `head "${nation}"`,
      assessed_at: new Date(Date.UTC(2022, 1, 1 + turn)),
    });
    if (n % 2 === 0) await insert(sql, 'assessment_note', { assessment_key: assessment, nation, note: pick(NASTY, n) });
  }
  for (const version of [1, 2]) {
    await insert(sql, 'revision', {
      incident_key: key,
      audience,
      version,
      changed_at: new Date(Date.UTC(2022, 0, version)),
      changed_by: 'TUR',
      changes: version === 1 ? [] : ['title', 'a "quoted" field'],
      content_hash: String(version).repeat(64),
      content: '{}',
    });
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

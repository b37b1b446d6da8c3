import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { parse } from 'graphql';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LOCALES, type Locale } from '../../../../src/domain/locale.js';
import { AUDIENCES, type Audience } from '../../../../src/domain/scopes.js';
import { ASKERS } from '../../../planner/differential/asker.js';
import { openReadServerOver, type ReadServer } from '../../../planner/differential/server.js';
import { type App, type Caller, startApp } from '../../../support/app.js';
import { createDatabase, type TestDatabase } from '../../../support/databases.js';
import { roleUrl } from '../../../support/roles.js';
import {
  AMEND,
  aReport,
  at,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  run,
  succeed,
  TRANSLATE,
} from '../../../support/writing.js';

const WRITERS = 4;
/** About as many changes wait to be added up. */
const TOGETHER = 64;
const ROUNDS = 20;

const QUESTION = parse(`{
  all: incidents { totalCount }
  some: incidents(filter: { category: [SHELLING, MINE_INCIDENT, ARMED_CLASH] }) { totalCount }
  grave: incidents(filter: { severity: [HIGH, CRITICAL], originator: [AZE, TUR] }) { totalCount }
  disputed: incidents(filter: { status: DISPUTED }) { totalCount }
  inside: incidents(filter: { place: ["agdam", "shusha"], category: [SHELLING, ARMED_CLASH, MINE_INCIDENT] }) { totalCount }
  tr: translationQueue(locale: TR) { totalCount }
  ru: translationQueue(locale: RU) { totalCount }
  az: translationQueue(locale: AZ) { totalCount }
  en: translationQueue(locale: EN) { totalCount }
  nearby: incidentStatistics(groupBy: [CATEGORY], filter: { place: ["lachin"] }) { keys count killed wounded }
  total: incidentStatistics(groupBy: []) { keys count killed wounded }
  states: incidentStatistics(groupBy: [STATUS, SEVERITY]) { keys count killed wounded }
  places: incidentStatistics(groupBy: [CATEGORY, DISTRICT]) { keys count killed wounded }
  months: incidentStatistics(groupBy: [MONTH, ORIGINATOR]) { keys count killed wounded }
  days: incidentStatistics(groupBy: [DAY]) { keys count killed wounded }
  since: incidents(filter: { occurred: { from: "2022-09-13T01:02:03.456Z" } }) { totalCount }
  until: incidentStatistics(groupBy: [CATEGORY, YEAR], filter: { occurred: { to: "2023-09-19T09:00:00Z" } }) { keys count killed wounded }
}`);

const DIMENSIONS = {
  CATEGORY: 'category',
  STATUS: 'status',
  SEVERITY: 'severity',
  ORIGINATOR: 'originator',
  DISTRICT: `coalesce((select code from place where key = district_key), 'NONE')`,
  DAY: `to_char(occurred_from at time zone 'Asia/Baku', 'YYYY-MM-DD')`,
  MONTH: `to_char(occurred_from at time zone 'Asia/Baku', 'YYYY-MM')`,
  YEAR: `to_char(occurred_from at time zone 'Asia/Baku', 'YYYY')`,
} as const;
type Dimension = keyof typeof DIMENSIONS;

/** The same by counting rows, as row security shows them to the role that asks. */
const COUNTED = {
  all: count('true'),
  some: count(`category in ('SHELLING', 'MINE_INCIDENT', 'ARMED_CLASH')`),
  grave: count(`severity in ('HIGH', 'CRITICAL') and originator in ('AZE', 'TUR')`),
  disputed: count(`status = 'DISPUTED'`),
  inside: count(`category in ('SHELLING', 'ARMED_CLASH', 'MINE_INCIDENT') and ${within('agdam', 'shusha')}`),
  tr: count(awaits('TR')),
  ru: count(awaits('RU')),
  az: count(awaits('AZ')),
  en: count(awaits('EN')),
  nearby: groupsOf(within('lachin'), 'category'),
  total: groups(),
  states: groups('status', 'severity'),
  places: groups('category', DIMENSIONS.DISTRICT),
  months: groups(DIMENSIONS.MONTH, 'originator'),
  days: groups(DIMENSIONS.DAY),
  since: count(`occurred_from >= '2022-09-13T01:02:03.456Z'`),
  until: groupsOf(`occurred_from < '2023-09-19T09:00:00Z'`, 'category', DIMENSIONS.YEAR),
} as const;

const SPAN = parse(`query ($from: DateTime, $to: DateTime) {
  total: incidents(filter: { occurred: { from: $from, to: $to } }) { totalCount }
  shelling: incidents(filter: { occurred: { from: $from, to: $to }, category: [SHELLING, LANDMINE] }) { totalCount }
  days: incidentStatistics(groupBy: [DAY], filter: { occurred: { from: $from, to: $to } }) { keys count killed wounded }
  months: incidentStatistics(groupBy: [MONTH, DISTRICT], filter: { occurred: { from: $from, to: $to } }) { keys count killed wounded }
  states: incidentStatistics(groupBy: [STATUS], filter: { occurred: { from: $from, to: $to }, originator: [AZE, RUS] }) { keys count killed wounded }
}`);

/** The same by counting rows of which a condition is true. */
const COUNTED_IN_SPAN = {
  total: (span: string) => count(span),
  shelling: (span: string) => count(`${span} and category in ('SHELLING', 'LANDMINE')`),
  days: (span: string) => groupsOf(span, DIMENSIONS.DAY),
  months: (span: string) => groupsOf(span, DIMENSIONS.MONTH, DIMENSIONS.DISTRICT),
  states: (span: string) => groupsOf(`${span} and originator in ('AZE', 'RUS')`, 'status'),
} as const;

/** Beginnings of days and months in Baku, moments beside them, and others. */
const MOMENTS = [
  null,
  '2021-03-31T19:59:59.999Z',
  '2021-03-31T20:00:00.000Z',
  '2021-03-31T20:00:00.001Z',
  '2022-09-12T20:05:00.000Z',
  '2022-09-12T23:00:00.000Z',
  '2023-08-31T20:00:00.000Z',
  '2023-09-19T12:34:56.789Z',
] as const;

function within(...codes: string[]): string {
  return `place_key in (select place.key from place left join place parent on parent.key = place.parent_key
    where '{${codes.join()}}'::text[] && array[place.code, parent.code])`;
}

/** Some text of the record is missing in the language, or older than its source. */
function awaits(locale: Locale): string {
  return `exists (select from unnest(array[title, narrative]) body
    where coalesce((body #>> '{texts,${locale},revision}')::int, 0) < (body ->> 'revision')::int)`;
}

function count(condition: string): string {
  return `select json_build_object('totalCount', count(*)) as answer from incident where ${condition}`;
}

function groups(...keys: string[]): string {
  return groupsOf('true', ...keys);
}

function groupsOf(condition: string, ...keys: string[]): string {
  const columns = keys.map((key, index) => `${key} as k${index},`).join(' ');
  const names = keys.map((_, index) => `k${index}`);
  const sorted = names.map((name) => `${name} collate "C"`).join(', ');
  return `select coalesce(json_agg(json_build_object('keys', array[${names.join(', ')}]::text[], 'count', n, 'killed', k, 'wounded', w)
            ${sorted && `order by ${sorted}`}), '[]') as answer
    from (select ${columns} count(*) n, coalesce(sum(killed), 0) k, coalesce(sum(wounded), 0) w from incident where ${condition}
           ${keys.length > 0 ? `group by ${keys.map((_, index) => index + 1).join(', ')}` : ''}) g`;
}

/** Dimensions in every combination, with days, months, years or without a time. */
function combinations(): Dimension[][] {
  let all: Dimension[][] = [[]];
  for (const each of ['CATEGORY', 'STATUS', 'SEVERITY', 'ORIGINATOR', 'DISTRICT'] as const)
    all = all.flatMap((some) => [some, [...some, each]]);
  return all.flatMap((some) => [some, ...(['DAY', 'MONTH', 'YEAR'] as const).map((time) => [...some, time])]);
}

/** Whether a small dimension set has the dimensions; elsewhere rows are counted. */
function isAggregated(dimensions: readonly Dimension[]): boolean {
  const has = (name: Dimension) => dimensions.includes(name);
  const hasState = has('STATUS') || has('SEVERITY') || has('ORIGINATOR');
  if (has('DAY')) return dimensions.length === 1;
  if (has('MONTH') || has('YEAR')) return !hasState || !(has('CATEGORY') || has('DISTRICT'));
  return !(hasState && has('CATEGORY') && has('DISTRICT'));
}

const statistics = (dimensions: readonly Dimension[]): string =>
  `{ incidentStatistics(groupBy: [${dimensions.join(', ')}]) { keys count killed wounded } }`;

/** Somebody of an audience, who compares the server's numbers with plain counts of one moment. */
interface Reader {
  readonly audience: Audience;
  /** What both say, seen from inside one transaction. */
  compare(): Promise<{ answered: unknown; counted: unknown }>;
  /** The same of statistics by some dimensions, and whether the server counted them from aggregates. */
  compareBy(
    dimensions: readonly Dimension[],
  ): Promise<{ answered: unknown; counted: unknown; isAggregated: boolean }>;
  /** The same of a span of time, and how many of its five numbers the server took from aggregates. */
  compareIn(
    from: string | null,
    to: string | null,
  ): Promise<{ answered: unknown; counted: unknown; aggregated: number }>;
  close(): Promise<void>;
}

async function openReader(database: TestDatabase, audience: Audience): Promise<Reader> {
  const client = new Client({
    connectionString: roleUrl(database.url, audience),
    options: '-c timezone=UTC',
  });
  await client.connect();
  let latest = '';
  const server: ReadServer = openReadServerOver(async (_, { text, values }) => {
    latest = text;
    const { rows } = await client.query<string[]>({ text, values: [...values], rowMode: 'array' });
    return (rows[0] ?? []).map((text) => Buffer.from(text));
  });
  const asker = ASKERS.find((each) => each.audience === audience && each.scopes.has('statistics:read'));
  if (!asker) throw new Error(`Nobody of ${audience} reads statistics`);
  return {
    audience,
    async compare() {
      await client.query('begin isolation level repeatable read read only');
      try {
        const { data: answered, errors } = await server.ask(asker, QUESTION, {});
        expect(errors).toEqual([]);
        const counted: Record<string, unknown> = {};
        for (const [name, text] of Object.entries(COUNTED))
          counted[name] = (await client.query(text)).rows[0].answer;
        return { answered, counted };
      } finally {
        await client.query('commit');
      }
    },
    async compareBy(dimensions) {
      const { data, errors } = await server.ask(asker, parse(statistics(dimensions)), {});
      expect(errors).toEqual([]);
      const isAggregated = latest.includes('incident_aggregate');
      const { rows } = await client.query(groups(...dimensions.map((name) => DIMENSIONS[name])));
      return { answered: Object(data).incidentStatistics, counted: rows[0].answer, isAggregated };
    },
    async compareIn(from, to) {
      const { data: answered, errors } = await server.ask(asker, SPAN, { from, to });
      expect(errors).toEqual([]);
      const aggregated = latest.split(' from incident_aggregate ').length - 1;
      const span = [
        ...(from ? [`occurred_from >= '${from}'`] : []),
        ...(to ? [`occurred_from < '${to}'`] : []),
        'true',
      ].join(' and ');
      const counted: Record<string, unknown> = {};
      for (const [name, text] of Object.entries(COUNTED_IN_SPAN))
        counted[name] = (await client.query(text(span))).rows[0].answer;
      return { answered, counted, aggregated };
    },
    close: () => client.end(),
  };
}

const CHANGES = [
  `update incident set audience = (1 + (random() * 14)::int) | audience_bit(originator) where key = any ($1)`,
  `update incident set status = (array['REPORTED', 'DISPUTED', 'RETRACTED', 'JOINTLY_CONFIRMED'])[1 + (random() * 3)::int] where key = any ($1)`,
  `update incident set place_key = (select key from place order by random() limit 1) where key = any ($1)`,
  `update incident set category = 'SHELLING', severity = 'HIGH' where key = any ($1)`,
  `update incident set occurred_from = occurred_from + random() * interval '90 days', occurred_to = null where key = any ($1)`,
  `update incident set killed = (random() * 9)::int, wounded = wounded + 1 where key = any ($1)`,
  `update incident set title = title #- array['texts', (array['TR', 'RU', 'AZ', 'EN'])[1 + (random() * 3)::int]] where key = any ($1)`,
  `update incident set title = jsonb_set(title, '{revision}', to_jsonb(1 + (random() * 2)::int)) where key = any ($1)`,
  'delete from incident where key = any ($1)',
];

/**
 * Writes as the owner of the database until it is stopped: a few records are added and some changed, at
 * times in one transaction, which is rolled back at times. Answers how many were committed.
 */
async function write(client: Client, isStopped: () => boolean): Promise<number> {
  let own: readonly string[] = [];
  let committed = 0;
  for (let turn = 0; !isStopped(); turn += 1) {
    const added = Array.from({ length: 3 }, () => randomUUID());
    const isTogether = turn % 4 === 0;
    const isCommitted = turn % 8 !== 0;
    if (isTogether) await client.query('begin');
    await client.query(INSERT, [added]);
    const some = [...own, ...added].filter(() => Math.random() < 0.2);
    await client.query(CHANGES[turn % CHANGES.length] ?? '', [some]);
    if (isTogether) await client.query(isCommitted ? 'commit' : 'rollback');
    if (!isCommitted) continue;
    own = [...own, ...added];
    committed += 1;
  }
  return committed;
}

const COLUMNS =
  'version, category, severity, occurred_from, time_precision, place_key, title, untranslated, killed, wounded, content_hash, written_by, created_at, updated_at';
const INSERT = `insert into incident (key, audience, reference, originator, status, ${COLUMNS})
  select added.key, model.audience, 'X-' || added.key, model.originator, 'REPORTED', ${COLUMNS}
    from unnest($1::uuid[]) added (key), lateral (select * from incident where added.key is not null order by random() limit 1) model`;

describe('totals and statistics', () => {
  let database: TestDatabase;
  let owner: Client;
  let readers: Reader[] = [];

  beforeAll(async () => {
    database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
    owner = new Client({ connectionString: database.url });
    await owner.connect();
    // The records written here have no revisions, which is not what is tested.
    await owner.query('alter table incident disable trigger note_inserted, disable trigger note_updated');
    readers = await Promise.all(AUDIENCES.map((audience) => openReader(database, audience)));
  });
  afterAll(async () => {
    await Promise.all(readers.map((reader) => reader.close()));
    await owner?.end();
    await database?.drop();
  });

  it('equal a plain count at every moment, for every audience, while several connections write', async () => {
    let isStopped = false;
    const clients = await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        const client = new Client({ connectionString: database.url });
        await client.connect();
        return client;
      }),
    );
    const writing = clients.map((client) => write(client, () => isStopped));
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        await Promise.all(
          readers.map(async (reader) => {
            const { answered, counted } = await reader.compare();
            expect(answered, reader.audience).toEqual(counted);
          }),
        );
      }
    } finally {
      isStopped = true;
      const committed = await Promise.all(writing);
      await Promise.all(clients.map((client) => client.end()));
      expect(committed.reduce((sum, each) => sum + each)).toBeGreaterThan(ROUNDS);
    }
  }, 60_000);

  it('are added up every now and then, so that only the latest changes wait', async () => {
    for (let time = 0; time < TOGETHER; time += 1) await owner.query(INSERT, [[randomUUID()]]);
    const { rows } = await owner.query<{ made: number; waiting: number }>(
      `select (select last_value from incident_aggregate_change_number_seq)::int as made,
              (select count(*) from incident_aggregate where dimension_set = 'change')::int as waiting`,
    );
    expect(rows[0]?.made).toBeGreaterThanOrEqual(TOGETHER);
    expect(rows[0]?.waiting).toBeLessThan(TOGETHER);
  }, 60_000);

  it('equal a plain count by any dimensions together, and are counted from aggregates where a set has them', async () => {
    for (const dimensions of combinations()) {
      const expected = { isAggregated: isAggregated(dimensions) };
      for (const reader of readers) {
        const { answered, counted, ...how } = await reader.compareBy(dimensions);
        expect(answered, `${reader.audience} ${dimensions}`).toEqual(counted);
        expect(how, String(dimensions)).toEqual(expected);
      }
    }
  }, 60_000);

  it.each([false, true])(
    'equal a plain count in any span of time, changes added up: %s',
    async (isAddedUp) => {
      // Some on the very moments, and some beside them.
      for (const moment of MOMENTS) {
        for (const shift of [-1, 0, 1]) {
          const added = [randomUUID()];
          await owner.query(INSERT, [added]);
          await owner.query(
            `update incident set occurred_from = $2::timestamptz + $3 * interval '1 millisecond', occurred_to = null where key = any ($1)`,
            [added, moment ?? '2022-02-28T20:00:00Z', shift],
          );
        }
      }
      if (isAddedUp) await owner.query('select roll_up_changes()');
      for (const from of MOMENTS) {
        for (const to of MOMENTS) {
          for (const reader of readers) {
            const { answered, counted, aggregated } = await reader.compareIn(from, to);
            expect(answered, `${reader.audience} ${from} ${to}`).toEqual(counted);
            expect(aggregated).toBe(5);
          }
        }
      }
    },
    60_000,
  );

  it('are added up a few hundred at a time by a write, however many wait', async () => {
    const counting = "select count(*)::int as n from incident_aggregate where dimension_set = 'change'";
    await owner.query(
      `insert into incident_aggregate (dimension_set, audience, change_number, incidents, killed, wounded)
       select 'change', 1, nextval('incident_aggregate_change_number_seq'), sign, 0, 0 from generate_series(1, 1000), unnest(array[1, -1]) sign`,
    );
    const before = (await owner.query<{ n: number }>(counting)).rows[0]?.n ?? 0;
    for (let time = 0; time < TOGETHER; time += 1) await owner.query(INSERT, [[randomUUID()]]);
    const after = (await owner.query<{ n: number }>(counting)).rows[0]?.n ?? 0;
    expect(before + TOGETHER - after).toBe(512);
  });

  it('are the same once the changes are added up', async () => {
    await owner.query('select roll_up_changes()');
    const { rows } = await owner.query("select from incident_aggregate where dimension_set = 'change'");
    expect(rows).toEqual([]);
    for (const dimensions of combinations().filter(isAggregated)) {
      for (const reader of readers) {
        const { answered, counted } = await reader.compareBy(dimensions);
        expect(answered, `${reader.audience} ${dimensions}`).toEqual(counted);
      }
    }
  }, 60_000);

  it('count changes while somebody else adds up others, and do not wait for that', async () => {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const write = (client: Client) => client.query(INSERT, [[randomUUID()]]);
    await other.query('begin');
    for (let time = 0; time < TOGETHER; time += 1) await write(other);
    await owner.query("set statement_timeout = '2s'");
    for (let time = 0; time < 2 * TOGETHER; time += 1) await write(owner);
    await owner.query('reset statement_timeout');
    for (const committed of [false, true]) {
      if (committed) await other.query('commit');
      for (const reader of readers) {
        const { answered, counted } = await reader.compare();
        expect(answered, reader.audience).toEqual(counted);
      }
    }
    await other.end();
  }, 60_000);

  it('never wait for another writer, whose numbers count all the same once it commits', async () => {
    const other = new Client({ connectionString: database.url });
    await other.connect();
    const key = randomUUID();
    await other.query('begin');
    await other.query(INSERT, [[key]]);
    await owner.query("set statement_timeout = '2s'");
    const own = randomUUID();
    await owner.query(INSERT, [[own]]);
    await owner.query('delete from incident where key = $1', [own]);
    await other.query('commit');
    await other.end();
    // Counted by the one, taken back by the other: a sum of zero over two rows.
    await owner.query('delete from incident where key = $1', [key]);
    await owner.query('reset statement_timeout');
    for (const reader of readers) {
      const { answered, counted } = await reader.compare();
      expect(answered, reader.audience).toEqual(counted);
    }
  });

  const LAST = `(select key from incident order by occurred_from desc, key limit 1)`;
  it.each([
    ['audience', `update incident set audience = audience_bit(originator) where key = ${LAST}`],
    ['status', `update incident set status = 'INCONCLUSIVE' where key = ${LAST}`],
    ['category', `update incident set category = 'IED' where key = ${LAST}`],
    ['place', `update incident set place_key = null where key = ${LAST}`],
    [
      'time',
      `update incident set occurred_from = '2030-12-31T21:00:00Z', occurred_to = null where key = ${LAST}`,
    ],
    [
      'source of its text',
      `update incident set title = jsonb_set(title, '{revision}', '7'), narrative = null where key = ${LAST}`,
    ],
    [
      'translation of its text',
      `update incident set title = jsonb_set(title, '{texts,RU,revision}', '7') where key = ${LAST}`,
    ],
    ['every audience', 'update incident set audience = audience_bit(originator)'],
  ])('are right at once after a change of the %s, and show no group that is empty now', async (_, change) => {
    await owner.query(change);
    for (const reader of readers) {
      const { answered, counted } = await reader.compare();
      expect(answered, reader.audience).toEqual(counted);
    }
  });
});

describe('what awaits translation', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  const QUEUES = `{ ${LOCALES.map((locale) => `${locale}: translationQueue(locale: ${locale}) { totalCount }`).join(' ')} }`;

  /** For each audience, the languages of which one more record awaits a translation than at first. */
  async function openQueues(): Promise<() => Promise<Record<Audience, string>>> {
    const callers: Record<Audience, Caller> = {
      TUR: app.as('TUR', 'LIAISON_OFFICER'),
      RUS: app.as('RUS', 'LIAISON_OFFICER'),
      AZE: app.as('AZE', 'LIAISON_OFFICER'),
      PUBLIC: app.as(null, 'PUBLIC'),
    };
    const ask = async (audience: Audience): Promise<number[]> => {
      const { data } = await callers[audience].query(QUEUES);
      return LOCALES.map((locale) => data[locale].totalCount);
    };
    const before = new Map(
      await Promise.all(AUDIENCES.map(async (audience) => [audience, await ask(audience)] as const)),
    );
    return async () => {
      const one = async (audience: Audience): Promise<[Audience, string]> => {
        const more = (await ask(audience)).map(
          (count, index) => count - (before.get(audience)?.[index] ?? 0),
        );
        expect(more.every((each) => each === 0 || each === 1)).toBe(true);
        return [audience, LOCALES.filter((_, index) => more[index] === 1).join(' ')];
      };
      return Object.fromEntries(await Promise.all(AUDIENCES.map(one))) as Record<Audience, string>;
    };
  }

  it('counts at once for everybody who sees the record, and for nobody else, after any write', async () => {
    const who = people(app);
    const queues = await openQueues();
    expect(await queues()).toEqual({ TUR: '', RUS: '', AZE: '', PUBLIC: '' });
    const own = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
    expect(await queues()).toEqual({ TUR: 'RU AZ EN', RUS: '', AZE: '', PUBLIC: '' });
    const translation = { locale: 'RU', text: 'Слышна стрельба' };
    const translated = await succeed(who.turDuty, TRANSLATE, { ...at(own), title: translation });
    expect(await queues()).toEqual({ TUR: 'AZ EN', RUS: '', AZE: '', PUBLIC: '' });
    const title = { locale: 'TR', text: 'Ağır silah ateşi duyuldu' };
    const amended = await succeed(who.turDuty, AMEND, { ...at(translated), title });
    expect(await queues()).toEqual({ TUR: 'RU AZ EN', RUS: '', AZE: '', PUBLIC: '' });
    await run(who.turHead, RELEASE, { ...at(amended), audience: 'RUS' });
    expect(await queues()).toEqual({ TUR: 'RU AZ EN', RUS: 'RU AZ EN', AZE: '', PUBLIC: '' });
    // The first consent releases nothing yet.
    for (const [head, aze] of [
      [who.rusHead, ''],
      [who.turHead, 'RU AZ EN'],
    ] as const) {
      await run(head, RELEASE, { ...at(amended), audience: 'AZE' });
      expect(await queues()).toEqual({ TUR: 'RU AZ EN', RUS: 'RU AZ EN', AZE: aze, PUBLIC: '' });
    }
    const again = await succeed(who.azeDuty, TRANSLATE, {
      ...at(amended),
      title: { locale: 'AZ', text: 'Atəş səsləri eşidilib' },
    });
    expect(await queues()).toEqual({ TUR: 'RU EN', RUS: 'RU EN', AZE: 'RU EN', PUBLIC: '' });
    const reason = { locale: 'TR', text: 'Yanlış alarm' };
    await succeed(who.turDuty, RETRACT, { ...at(again), reason });
    expect(await queues()).toEqual({ TUR: 'RU EN', RUS: 'RU EN', AZE: 'RU EN', PUBLIC: '' });
  });
});

import type { Nation } from '../../src/domain/scopes.js';
import type { SqlWorld } from './plain-sql.js';

/**
 * What a nation's role might try by plain SQL: each lacks a single thing of what is allowed. `outcome` is the
 * number of rows, or the SQLSTATE and the message that the last statement fails with.
 */
export interface Forgery {
  readonly name: string;
  readonly nation: Nation;
  readonly statements: readonly string[];
  readonly outcome: number | string;
}

const BITS = { TUR: 1, RUS: 2, AZE: 4 } as const;
const OTHER = { TUR: 'RUS', RUS: 'TUR', AZE: 'TUR' } as const;
/** The end of a transaction, where the proofs are. */
const COMMIT = 'set constraints all immediate';

const denied = (table: string): string =>
  `42501 new row violates row-level security policy for table "${table}"`;
const guarded = (message: string): string => `42501 ${message}`;
const disproved = (message: string): string => `23514 ${message}`;

/** Keys of planted records, none of them retracted. */
interface Records {
  /** The nation's own, with a position and a narrative, seen by all nations. */
  readonly own: string;
  /** The nation's own that nobody else sees. */
  readonly alone: string;
  /** Another nation's that the nation sees, with a position and a narrative. */
  readonly foreign: string;
  /** AZE's that the nation sees and the other contingent does not. */
  readonly guests: string;
  readonly hidden: string;
}

async function recordsOf({ owner }: SqlWorld, nation: Nation): Promise<Records> {
  const find = async (condition: string): Promise<string> => {
    const { rows } = await owner.query<{ key: string }>(
      `select key::text from incident where key::text ~ '-b19d-' and status <> 'RETRACTED' and ${condition}
        order by key limit 1`,
    );
    if (!rows[0]) throw new Error(`No record: ${condition}`);
    return `'${rows[0].key}'::uuid`;
  };
  const bit = BITS[nation];
  const partner = BITS[OTHER[nation]];
  const whole = 'latitude is not null and narrative is not null';
  return {
    own: await find(`originator = '${nation}' and audience & 7 = 7 and ${whole}`),
    alone: await find(`originator = '${nation}' and audience = ${bit}`),
    foreign: await find(`originator <> '${nation}' and audience & ${bit} <> 0 and ${whole}`),
    guests: await find(`originator = 'AZE' and audience & ${bit} <> 0 and audience & ${partner} = 0`),
    hidden: await find(`audience & ${bit} = 0`),
  };
}

/** Everything that a nation might forge. */
export async function forgeriesOf(planted: SqlWorld, nation: Nation): Promise<Forgery[]> {
  const records = await recordsOf(planted, nation);
  const all = [
    ...ofReports(nation),
    ...ofParts(nation, records),
    ...ofRevisionsAndKeys(nation, records),
    ...ofAudiences(nation, records),
    ...ofContent(records),
    ...(nation === 'AZE' ? [] : ofContingents(nation, records)),
  ];
  return all.map((forgery) => ({ ...forgery, nation }));
}

type Attempt = Omit<Forgery, 'nation'>;
const attempt = (name: string, outcome: Forgery['outcome'], ...statements: string[]): Attempt => ({
  name,
  statements,
  outcome,
});

function ofReports(nation: Nation): Attempt[] {
  const bit = BITS[nation];
  const other = OTHER[nation];
  const insert = (given: Record<string, string> = {}): string => {
    const row: Record<string, string> = {
      key: 'gen_random_uuid()',
      audience: String(bit),
      reference: `'${nation}-2021-123456'`,
      version: '1',
      originator: `'${nation}'`,
      status: "'REPORTED'",
      ...given,
    };
    return `insert into incident (category, severity, occurred_from, time_precision, title, killed, wounded,
        content_hash, written_by, reported_by, ${Object.keys(row).join(', ')})
      values ('SHELLING', 'LOW', now(), 'DAY', '{}', 0, 0, '', '', '', ${Object.values(row).join(', ')})`;
  };
  const refused = (name: string, given: Record<string, string>): Attempt =>
    attempt(`reports ${name}`, denied('incident'), insert(given));
  return [
    attempt('reports', 1, insert()),
    refused('for another nation', { originator: `'${other}'`, audience: String(bit | BITS[other]) }),
    refused('what it does not see', { audience: String(BITS[other]) }),
    refused('to the public', { audience: String(bit | 8) }),
    ...(nation === 'AZE' ? [] : [refused('to the host nation', { audience: String(bit | 4) })]),
    refused('a second version', { version: '2' }),
    refused('what both have confirmed', { status: "'JOINTLY_CONFIRMED'" }),
    attempt(
      'reports what is retracted',
      '42501 permission denied for table incident',
      insert({ retraction: "'{}'" }),
    ),
    refused('as an import', { import_key: "'import'" }),
    refused('under the number of another nation', { reference: `'${other}-2021-123456'` }),
  ];
}

const retracted = (key: string): string =>
  `update incident set status = 'RETRACTED', retraction = '{}' where key = ${key}`;

function ofParts(nation: Nation, { own, foreign, hidden }: Records): Attempt[] {
  const tables = {
    claim: "ordinal, claimant_key, source_type) select 99, 1, 'MEDIA'",
    casualties: `ordinal, "group") select 99, 'UNKNOWN'`,
    incident_provision: 'ordinal, provision_key) select 99, (select max(key) from provision)',
  };
  return Object.entries(tables).flatMap(([table, values]) => {
    const [columns = '', row = ''] = values.split(') select ');
    const insert = (key: string, audience: string): string =>
      `insert into ${table} (incident_key, audience, ${columns}) select ${key}, ${audience}, ${row}`;
    const mask = (key: string): string => `(select audience from incident where key = ${key})`;
    const remove = (key: string): string =>
      `select from generate_series(1, remove_incident_parts('${table}', ${key}))`;
    return [
      attempt(`adds a ${table}`, 1, remove(own), insert(own, mask(own))),
      attempt(`adds a ${table} it does not see`, denied(table), insert(own, String(7 & ~BITS[nation]))),
      attempt(`adds a ${table} to the record of another`, denied(table), insert(foreign, mask(foreign))),
      attempt(`adds a ${table} to a hidden record`, denied(table), insert(hidden, String(BITS[nation]))),
      attempt(`adds a ${table} to what is retracted`, denied(table), retracted(own), insert(own, mask(own))),
      attempt(`removes a ${table}`, table === 'claim' ? 2 : 1, remove(own)),
      attempt(`removes a ${table} of another`, 0, remove(foreign)),
      attempt(`removes a ${table} of what is retracted`, 0, retracted(own), remove(own)),
    ];
  });
}

function ofRevisionsAndKeys(nation: Nation, { own, alone }: Records): Attempt[] {
  const next = `update incident set version = version + 1, content_hash = 'next' where key = ${own}`;
  const revision = (given: Record<string, string> = {}): string => {
    const row = {
      key: own,
      version: `(select version from incident where key = ${own})`,
      audience: `(select audience from incident where key = ${own})`,
      by: `'${nation}'`,
      hash: "'next'",
      ...given,
    };
    return `insert into revision (incident_key, version, audience, changed_by, content_hash, changes, content)
      select ${row.key}, ${row.version}, ${row.audience}, ${row.by}, ${row.hash}, '{}', '{}'`;
  };
  const key = (given: string): string =>
    `insert into idempotency (nation, issuer, subject, key, content_hash, incident_key, audience)
     select ${given}, '', '', '', '', ${own}`;
  const refused = (name: string, given: Record<string, string>): Attempt =>
    attempt(`keeps a revision ${name}`, denied('revision'), next, revision(given));
  return [
    attempt('keeps a revision', 1, next, revision()),
    refused('in the name of another', { by: `'${OTHER[nation]}'` }),
    refused('it does not see', { audience: String(7 & ~BITS[nation]) }),
    refused('for others than see the record', {
      audience: `(select audience # 8::smallint from incident where key = ${own})`,
    }),
    refused('of a version there is not', { version: '99' }),
    refused('of another hash', { hash: "'else'" }),
    refused('of another record', { key: alone, audience: String(BITS[nation]) }),
    refused('of another record, with what stands in its own', { key: alone }),
    attempt('keeps the key of another', denied('idempotency'), key(`'${OTHER[nation]}'`).concat(', 7')),
    attempt(
      'keeps a key of what it does not see',
      denied('idempotency'),
      key(`'${nation}'`).concat(`, ${7 & ~BITS[nation]}`),
    ),
  ];
}

function ofAudiences(nation: Nation, { own, alone, guests }: Records): Attempt[] {
  const set = (key: string, what: string): string => `update incident set ${what} where key = ${key}`;
  const bit = BITS[nation];
  const onlyOriginators = guarded('only a joint-command originator releases to joint command');
  const both = guarded('both joint-command nations consent to a release');
  const partner = BITS[OTHER[nation]];
  return [
    attempt(
      'takes a release back',
      guarded('the audience of an incident only grows'),
      set(own, `audience = ${bit}`),
    ),
    ...(nation === 'AZE'
      ? [
          attempt('releases as the host nation', onlyOriginators, set(alone, 'audience = 5')),
          // It may not even ask for consents.
          attempt(
            'releases to the public',
            '42501 permission denied for table release_consent',
            set(alone, 'audience = 12'),
          ),
        ]
      : [
          attempt('releases to the other contingent', 1, set(alone, `audience = ${bit | partner}`)),
          attempt(
            'releases what is another’s',
            onlyOriginators,
            set(guests, `audience = audience | ${partner}`),
          ),
          attempt('releases to the host nation alone', both, set(alone, `audience = ${bit | 4}`)),
          attempt(
            'releases another version',
            guarded('a release is of the version that stands'),
            set(alone, `audience = ${bit | partner}, version = version + 1, content_hash = 'next'`),
          ),
        ]),
  ];
}

/** Columns of an incident's content, with another value for each. */
const CONTENT: Readonly<Record<string, string>> = {
  category: "'ANOTHER'",
  severity: "'ANOTHER'",
  occurred_from: "occurred_from - interval '1 hour'",
  occurred_to: "occurred_from + interval '10 hours'",
  time_precision: "'MONTH'",
  place_key: '(select key from place where key <> place_key order by key limit 1)',
  latitude: 'latitude + 1',
  longitude: 'longitude + 1',
  geo_precision: "'REGION'",
  killed: 'killed + 1',
  wounded: 'wounded + 1',
  written_by: "'somebody else'",
  retraction: "'{}'",
  title: `jsonb_set(title, '{texts,TR,text}', '"Başka"')`,
  narrative: `jsonb_set(narrative, '{texts,TR,text}', '"Başka"')`,
};

function ofContent({ own, foreign }: Records): Attempt[] {
  const set = (key: string, what: string): string => `update incident set ${what} where key = ${key}`;
  const next = "version = version + 1, content_hash = 'next'";
  const newVersion = guarded('a change of content is a new version');
  const reason = guarded('a retraction has a reason');
  return [
    ...Object.entries(CONTENT).map(([column, value]) =>
      attempt(
        `amends ${column} of another`,
        guarded('only the originator amends an incident'),
        set(foreign, `${column} = ${value}, ${next}`),
      ),
    ),
    attempt('translates the record of another', 1, set(foreign, `title = title || '{"x": 1}', ${next}`)),
    ...['title', 'narrative', 'written_by'].map((column) =>
      attempt(`changes ${column} below a version`, newVersion, set(own, `${column} = ${CONTENT[column]}`)),
    ),
    attempt('changes the hash below a version', newVersion, set(own, "content_hash = 'else'")),
    attempt('leaves a version out', guarded('versions follow each other'), set(own, 'version = version + 2')),
    attempt(
      'retracts the record of another',
      guarded('only the originator retracts an incident'),
      set(foreign, "status = 'RETRACTED'"),
    ),
    attempt('retracts without a reason', reason, set(own, "status = 'RETRACTED'")),
    attempt('gives a reason without retracting', reason, set(own, "retraction = '{}'")),
    attempt('retracts', 1, retracted(own)),
    attempt(
      'changes what is retracted',
      guarded('a retracted incident is not changed'),
      retracted(own),
      set(own, 'severity = severity'),
    ),
  ];
}

function ofContingents(nation: Nation, { own, alone, hidden }: Records): Attempt[] {
  const other = OTHER[nation];
  const mask = (key: string): string => `(select audience from incident where key = ${key})`;
  const assess = (by: string, audience: string, later = 0, hash = 'content_hash'): string =>
    `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
     select gen_random_uuid(), ${own}, ${audience}, '${by}', 'CONFIRMED', version + ${later}, ${hash}, '' from incident where key = ${own}`;
  const note = (of: string, by: string): string =>
    `insert into assessment_note (assessment_key, nation, note) select ${of}, '${by}', 'note'`;
  const assessed = (by: string): string =>
    `(select key from assessment where incident_key = ${own} and nation = '${by}' limit 1)`;
  const consent = (given: Record<string, string> = {}): string => {
    const { key = own, by = nation, target = 'PUBLIC' } = given;
    const { version = `(select version from incident where key = ${key})`, audience = mask(key) } = given;
    return `insert into release_consent (incident_key, version, target, nation, audience, consented_by)
      select ${key}, ${version}, '${target}', '${by}', ${audience}, ''`;
  };
  const refused = (name: string, given: Record<string, string>): Attempt =>
    attempt(`consents ${name}`, denied('release_consent'), consent(given));
  return [
    attempt('assesses', 1, assess(nation, mask(own))),
    attempt('assesses for another', denied('assessment'), assess(other, mask(own))),
    attempt('assesses what it does not see', denied('assessment'), assess(nation, String(7 & ~BITS[nation]))),
    attempt(
      'assesses another record, with what stands in its own',
      denied('assessment'),
      `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
       select gen_random_uuid(), ${hidden}, audience, '${nation}', 'CONFIRMED', version, content_hash, '' from incident where key = ${own}`,
    ),
    attempt('assesses what is retracted', denied('assessment'), retracted(own), assess(nation, mask(own))),
    attempt(
      'assesses for others than see the record',
      denied('assessment'),
      assess(nation, `${mask(own)} # 8`),
    ),
    attempt('assesses an earlier version', denied('assessment'), assess(nation, mask(own), -1)),
    attempt('assesses other content', denied('assessment'), assess(nation, mask(own), 0, "'else'")),
    attempt('notes on the assessment of another', denied('assessment_note'), note(assessed(other), nation)),
    attempt('notes for another', denied('assessment_note'), note(assessed(nation), other)),
    attempt('notes on nothing', denied('assessment_note'), note('gen_random_uuid()', nation)),
    // Everything that may be consented to has been, in this world.
    attempt(
      'consents again',
      '23505 duplicate key value violates unique constraint "release_consent_pkey"',
      consent(),
    ),
    refused('for another', { by: other }),
    refused('to what needs no consent', { target: other }),
    refused('to releasing what is not joint', { key: alone }),
    refused('to another version', { version: '99' }),
    refused('to releasing a hidden record', { key: hidden, version: '1', audience: '3' }),
    attempt('consents to what is retracted', denied('release_consent'), retracted(own), consent()),
  ];
}

/** What does not survive the end of a transaction, of the shipped record, whose content is whole. */
export async function disprovedOf({ owner }: SqlWorld, nation: Nation): Promise<Forgery[]> {
  const { rows } = await owner.query<{ key: string }>(
    `select key::text from incident where originator = '${nation}' and audience & 3 = 3 order by key limit 1`,
  );
  const own = `'${rows[0]?.key}'`;
  const withPart = async (table: string): Promise<string> => {
    const having = await owner.query<{ key: string }>(
      `select key::text from incident where originator = '${nation}'
          and exists (select from ${table} where incident_key = key) order by key limit 1`,
    );
    return `'${having.rows[0]?.key}'`;
  };
  const set = (what: string): string => `update incident set ${what} where key = ${own}`;
  const revision = (hash: string, content: string): string =>
    `insert into revision (incident_key, version, audience, changed_by, content_hash, changes, content)
     select key, version, audience, '${nation}', ${hash}, '{}', ${content} from incident where key = ${own}`;
  const assessment = (version: string): string =>
    `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
     select gen_random_uuid(), key, audience, '${nation}', 'CONFIRMED', ${version}, content_hash, '' from incident where key = ${own}`;
  const hashOf = (content: string): string => `encode(sha256(convert_to(${content}, 'UTF8')), 'hex')`;
  const recorded = `recorded_content(${own})::text`;
  const differs = disproved('the revision of an incident is not what its rows say');
  const all = [
    attempt('changes content below a version', differs, set("severity = 'ANOTHER'"), COMMIT),
    attempt(
      'makes a version without a revision',
      differs,
      set("version = version + 1, content_hash = 'next'"),
      COMMIT,
    ),
    attempt(
      'keeps a revision that is not of its hash',
      differs,
      set("version = version + 1, content_hash = 'next'"),
      revision("'next'", recorded),
      COMMIT,
    ),
    attempt(
      'keeps a revision that says something else',
      differs,
      set(`version = version + 1, content_hash = ${hashOf("'{}'")}`),
      revision(hashOf("'{}'"), "'{}'"),
      COMMIT,
    ),
    attempt(
      'makes a version',
      0,
      set(`version = version + 1, content_hash = ${hashOf(recorded)}`),
      revision(hashOf(recorded), recorded),
      COMMIT,
    ),
    ...(await Promise.all(
      ['claim', 'casualties', 'incident_provision'].map(async (table) =>
        attempt(
          `removes a ${table} below a version`,
          differs,
          `select remove_incident_parts('${table}', ${await withPart(table)})`,
          COMMIT,
        ),
      ),
    )),
    attempt(
      'counts other casualties than there are',
      disproved('the sums of an incident are not those of its casualties'),
      set('killed = killed + 1'),
      COMMIT,
    ),
    attempt(
      'makes a status that nobody has reached',
      disproved('the status of an incident is not what its assessments say'),
      set("status = 'JOINTLY_CONFIRMED'"),
      COMMIT,
    ),
    ...(nation === 'AZE'
      ? []
      : [
          attempt('assesses a version there is not', denied('assessment'), assessment('99')),
          attempt(
            'assesses without what follows from it',
            disproved('the status of an incident is not what its assessments say'),
            assessment('version'),
            COMMIT,
          ),
        ]),
  ];
  return all.map((forgery) => ({ ...forgery, nation }));
}

/** What becomes of a forgery, in the words of {@link Forgery.outcome}. */
export async function outcomeOf(world: SqlWorld, { nation, statements }: Forgery): Promise<number | string> {
  const outcome = await world.intruders[nation].attemptAll(statements);
  return 'code' in outcome ? `${outcome.code} ${outcome.message}` : outcome.count;
}

import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NATIONS } from '../../src/domain/scopes.js';
import { disprovedOf, type Forgery, forgeriesOf, outcomeOf } from '../separation/forgeries.js';
import { openPlantedSqlWorld, openSqlWorld, type SqlWorld } from '../separation/plain-sql.js';
import { plantUnevenWord, searchAnswers } from '../separation/searching.js';
import { replacedInTurn, type Weakened, weakened } from './conditions.js';
import { type Mutant, report, survivorsOf } from './killing.js';

/** Conditions that say again what something else makes sure of, and what that is. */
const EQUIVALENT: readonly { readonly mutant: RegExp; readonly because: string }[] = [
  {
    mutant: /^(?:assessed|added)_by_\w+ on (?:assessment|revision) without \(+audience\)?(?:::integer)? & \d/,
    because: 'the audience has to be that of an incident that the nation sees',
  },
  {
    mutant: /^reported_by_\w+ on incident without \(?retraction IS NULL/,
    because: 'no role may give a retraction when it inserts',
  },
  {
    mutant: /^check_assessment without \d+:/,
    because: 'the policy asks for the version that stands',
  },
  {
    mutant: /^added_by_\w+ on release_consent without \(+audience\)?(?:::integer)? & [12]\)/,
    because: 'a joint record is seen by both contingents',
  },
  {
    mutant: /^check_incident without \d+: stands\.revision_hash/,
    because:
      'a nation keeps a revision of the hash that stands alone, and the hash does not change below a version',
  },
  {
    mutant: /^search\.incidents without 3:/,
    because: 'it reads again the records just found under the rule, for their ranks',
  },
  {
    mutant: /^search\.(?:by_time|incident_count) without 1:/,
    because: 'it tells where to begin looking, and no record of the audience lies outside',
  },
];

let planted: SqlWorld;
let shipped: SqlWorld;
let forgeries: readonly Forgery[];
let disproved: readonly Forgery[];
beforeAll(async () => {
  planted = await openPlantedSqlWorld();
  shipped = await openSqlWorld();
  forgeries = (await Promise.all(NATIONS.map((nation) => forgeriesOf(planted, nation)))).flat();
  disproved = (await Promise.all(NATIONS.map((nation) => disprovedOf(shipped, nation)))).flat();
});
afterAll(async () => {
  await planted?.stop();
  await shipped?.stop();
});

async function noticeForgeries(): Promise<void> {
  for (const forgery of forgeries) {
    expect(await outcomeOf(planted, forgery), `${forgery.nation} ${forgery.name}`).toBe(forgery.outcome);
  }
}

async function noticeDisproved(): Promise<void> {
  for (const forgery of disproved) {
    expect(await outcomeOf(shipped, forgery), `${forgery.nation} ${forgery.name}`).toBe(forgery.outcome);
  }
}

function mutant(world: SqlWorld, name: string, apply: string, undo: string): Mutant {
  return {
    name,
    apply: async () => void (await world.owner.query(apply)),
    undo: async () => void (await world.owner.query(undo)),
  };
}

async function run(kind: string, mutants: readonly Mutant[], notice: () => Promise<void>): Promise<void> {
  await notice();
  const counted = mutants.filter(({ name }) => !EQUIVALENT.some((each) => each.mutant.test(name)));
  const survivors = await survivorsOf(counted, notice);
  report(kind, counted, survivors, mutants.length - counted.length);
  // Everything is mended: nothing was noticed because of the mutant before.
  await notice();
  expect(survivors).toEqual([]);
}

it('notices every condition that falls out of a policy', async () => {
  const { rows } = await planted.owner.query<{ table: string; policy: string; using: string; check: string }>(
    `select polrelid::regclass::text as table, polname as policy, pg_get_expr(polqual, polrelid) as using,
            pg_get_expr(polwithcheck, polrelid) as check
       from pg_policy where polname <> 'owner' order by 1, 2`,
  );
  const mutants = rows.flatMap(({ table, policy, using, check }) =>
    [['using', using] as const, ['with check', check] as const].flatMap(([part, before]) =>
      before === null
        ? []
        : weakened(before).map(({ without, condition }) =>
            mutant(
              planted,
              `${policy} on ${table} without ${without}`,
              `alter policy ${policy} on ${table} ${part} (${condition})`,
              `alter policy ${policy} on ${table} ${part} (${before})`,
            ),
          ),
    ),
  );
  expect(mutants.length).toBeGreaterThan(100);
  await run('conditions of policies', mutants, noticeForgeries);
});

/** Mutants of a function of the database: its definition with something of it taken away. */
async function mutantsOf(
  world: SqlWorld,
  name: string,
  weaken: (definition: string) => readonly Weakened[],
): Promise<Mutant[]> {
  const { rows } = await world.owner.query<{ definition: string }>(
    'select pg_get_functiondef($1::regproc) as definition',
    [name],
  );
  const before = rows[0]?.definition ?? '';
  return weaken(before).map(({ without, condition }, index) =>
    mutant(world, `${name} without ${index + 1}: ${without}`, condition, before),
  );
}

const REFUSAL = /raise exception '[^']*' using errcode = '\d+'/g;

it('notices every refusal that the guard of incidents leaves out, and every column it looks at no more', async () => {
  const mutants = await mutantsOf(planted, 'guard_incident', (definition) => [
    ...replacedInTurn(definition, REFUSAL, 'null'),
    ...replacedInTurn(definition, /or source_of\(new\.\w+\) is distinct from source_of\(old\.\w+\)/g, ''),
    ...[...new Set([...definition.matchAll(/[(,]\s*new\.(\w+)(?=[,)])/g)].map(([, column]) => column))].map(
      (column) => ({
        without: `${column}`,
        condition: definition.replaceAll(
          new RegExp(`([(,]\\s*)(?:new|old)\\.${column}(?=[,)])`, 'g'),
          '$1null',
        ),
      }),
    ),
  ]);
  expect(mutants.length).toBeGreaterThan(25);
  await run('guard of incidents', mutants, noticeForgeries);
});

it('notices every proof that is no more asked for at the commit', async () => {
  const mutants = [
    ...(await mutantsOf(shipped, 'check_incident', (definition) => [
      ...replacedInTurn(definition, REFUSAL, 'null'),
      ...replacedInTurn(definition, /stands\.revision_hash is distinct from stands\.content_hash\s+or/g, ''),
      ...replacedInTurn(
        definition,
        /or (?:encode\(sha256\(|stands\.content::jsonb)[^;]*? is distinct from (?:stands\.content_hash|recorded_content\(wanted\))/g,
        '',
      ),
    ])),
    ...(
      await Promise.all(
        ['check_assessment', 'check_claims', 'check_casualties', 'check_provisions'].map((name) =>
          mutantsOf(shipped, name, (definition) => replacedInTurn(definition, REFUSAL, 'null')),
        ),
      )
    ).flat(),
  ];
  expect(mutants.length).toBeGreaterThan(9);
  await run('proofs at the commit', mutants, noticeDisproved);
});

it('notices every row rule that a function of the search leaves out', async () => {
  await plantUnevenWord(planted);
  const before = await searchAnswers(planted);
  const rule = /(?<![\w.])(?:\w+\.)?audience & viewer <> 0/g;
  const formatted = /audience & %s <> 0/g;
  const mutants = [
    ...(
      await Promise.all(
        ['search.incidents', 'search.queries', 'search.unhyphenated'].map((name) =>
          mutantsOf(planted, name, (definition) => replacedInTurn(definition, rule, 'true')),
        ),
      )
    ).flat(),
    ...(await mutantsOf(planted, 'search.incident_count', (definition) => [
      ...replacedInTurn(definition, rule, 'true'),
      ...replacedInTurn(definition, formatted, '%s = %3$s'),
    ])),
    ...(await mutantsOf(planted, 'search.by_time', (definition) => [
      ...replacedInTurn(definition, rule, 'true'),
      ...replacedInTurn(definition, formatted, '%s = %1$s'),
    ])),
    ...(await mutantsOf(planted, 'search.viewer_bit', (definition) =>
      replacedInTurn(definition, /THEN (?:1|2|4|8)\b/gi, 'THEN 15'),
    )),
  ];
  expect(mutants.length).toBeGreaterThan(10);
  await run('row rules of the search', mutants, async () => {
    expect(await searchAnswers(planted)).toEqual(before);
  });
});

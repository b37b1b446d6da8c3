import { inject } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { openReaders } from '../../src/database/readers.js';
import { AUDIENCES, NATIONS, type Nation, type Role, scopesOf } from '../../src/domain/scopes.js';
import { openEventLog } from '../../src/feed/event-log.js';
import { START } from '../../src/feed/event-offset.js';
import { openSequencer } from '../../src/feed/sequencer.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { type Answer, type App, type Caller, startApp } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { demandLogin, installationOf } from '../support/roles.js';
import { everyQuestion, type Question } from './everything.js';
import {
  MASKS,
  plantEarlierEvents,
  plantIncidents,
  plantJoint,
  plantOwn,
  plantStrayParts,
  type RunSql,
} from './planting.js';

/** A stream of events that happened before has been heard when it is silent for so long. */
const SILENCE_MS = 1_200;
/** How often a question is asked again when the server is too busy to answer it. */
const MAX_TRIES = 5;

/** Those who see most of what their audience may see. */
export const VIEWERS: readonly (readonly [Nation | null, Role])[] = [
  ...NATIONS.map((nation) => [nation, 'CONTINGENT_HEAD'] as const),
  [null, 'PUBLIC'],
];

/** Questions that reach every table and every rule on the way to it, by counts and by filters, too. */
export const PARTICULAR: readonly string[] = [
  '{ incidents(filter: { search: "birdmask" }) { totalCount nodes { reference } pageInfo { endCursor hasNextPage } } }',
  '{ incidents(first: 100, filter: { search: "hidden record" }) { totalCount nodes { reference } } }',
  '{ incidents(filter: { search: "kukumava" }) { totalCount nodes { reference } } }',
  '{ incidents(filter: { search: "kukumavb" }) { totalCount nodes { reference } } }',
  '{ incidents(filter: { search: "kukumvad" }) { totalCount nodes { reference } } }',
  '{ incidents(filter: { search: "kukumavh" }) { totalCount nodes { reference } } }',
  '{ incidents(first: 100) { totalCount nodes { reference } } oldest: incidents(first: 100, orderBy: { direction: ASC }) { nodes { id } } }',
  '{ incidents(filter: { claimant: ["TUR", "RUS", "AZE"] }) { totalCount } }',
  '{ incidents(filter: { attributedTo: ["ARM", "AZE"] }) { totalCount } }',
  '{ incidents(filter: { provision: ["trilateral-statement-2020/1", "trilateral-statement-2020/6"] }) { totalCount } }',
  '{ incidents(filter: { near: { latitude: 39.9876, longitude: 46.9, radiusKm: 100 } }) { totalCount } }',
  '{ incidents(filter: { category: [SNIPER_FIRE], status: [DISPUTED, REPORTED] }) { totalCount } }',
  '{ incidentStatistics(groupBy: []) { count killed wounded } }',
  '{ incidentStatistics(groupBy: [ORIGINATOR, STATUS]) { keys count killed } }',
  '{ incidentStatistics(groupBy: [DISTRICT, CATEGORY]) { keys count wounded } }',
  '{ incidentStatistics(groupBy: [CATEGORY, STATUS, DAY]) { keys count } }',
  '{ parties { code incidents { totalCount nodes { reference } } } }',
  '{ agreements { provisions { code incidents { totalCount nodes { reference } } } } }',
  '{ places(first: 60) { nodes { code incidents { totalCount } } } }',
  '{ translationQueue(locale: AZ, first: 100) { totalCount nodes { reference } } }',
  '{ officials(first: 50) { nodes { code contact { phone email } } } }',
  '{ incidents(first: 100) { nodes { reference claims { sourceUrl } casualties { killed } provisions { code } assessments { nation internalNote remark { text } } revisions { version changes } viewerActions } } }',
];
const PUBLIC_LEAVES_OUT = /officials\(first: 50\)/;

export interface Layers {
  readonly sql: RunSql;
  /** What a server started now answers to every question of every viewer. */
  answers(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** A database with records of every mask, to break the one or the other layer of. */
export async function openLayers(): Promise<Layers> {
  const database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  const planting = await startApp({ database, config: { logLevel: 'error' } });
  await plantIncidents(planting.sql, MASKS, 140);
  await plantOwn(planting.sql, NATIONS);
  await plantJoint(planting.sql);
  for (const audience of AUDIENCES) await plantEarlierEvents(planting.sql, AUDIENCE_BIT[audience]);
  await plantStrayParts(planting.sql);
  await planting.sql('analyze');
  return {
    sql: planting.sql,
    async answers() {
      const app = await startApp({ database, config: { logLevel: 'silent' } });
      try {
        const all = await Promise.all(VIEWERS.map(([nation, role]) => answersTo(app, nation, role)));
        return new Map([...all.flat(), ...(await loggedEvents(database.url))]);
      } finally {
        await app.stop();
      }
    },
    async stop() {
      await planting.stop();
      await database.drop();
    },
  };
}

/** Questions that are answered otherwise, each with the beginning of the difference. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...before].flatMap(([question, answer]) => {
    const now = after.get(question) ?? '';
    if (now === answer) return [];
    const at = [...answer].findIndex((letter, index) => letter !== now[index]);
    const about = (text: string): string => text.slice(Math.max(0, at - 60), at + 120);
    return [`${question.slice(0, 120)}: ${about(answer)} <> ${about(now)}`];
  });
}

/**
 * Makes every policy that lets a nation read or change rows let it have all of them: what remains is the SQL
 * of the server.
 */
export async function widenReading(sql: RunSql): Promise<void> {
  const policies = await sql<{ table: string; policy: string }>(
    `select polrelid::regclass::text as table, polname as policy from pg_policy
      where polcmd in ('r', 'w', '*') and exists (select from unnest(polroles) role where role::regrole::text ~ '^merzili_(tur|rus|aze|public)$')`,
  );
  for (const { table, policy } of policies) await sql(`alter policy ${policy} on ${table} using (true)`);
}

async function answersTo(app: App, nation: Nation | null, role: Role): Promise<[string, string][]> {
  const caller = app.as(nation, role);
  const name = nation ?? 'PUBLIC';
  const answers: [string, string][] = [];
  for (const { document, variables } of await questionsOf(app, nation, role)) {
    const { data, errors } = await answerTo(caller, document, variables);
    answers.push([
      `${name} ${document} ${JSON.stringify(variables)}`,
      JSON.stringify({ data, errors: errors.length }),
    ]);
  }
  if (nation !== null) answers.push(...(await writesOf(app, caller, nation)));
  answers.push([`${name} events`, await eventsOf(app, caller, name)]);
  return answers;
}

/** The answer, which a busy machine must not change. */
async function answerTo(caller: Caller, document: string, variables: object = {}): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await caller.query(document, variables);
    if (attempt === MAX_TRIES || !answer.text.includes('SERVICE_UNAVAILABLE')) return answer;
  }
}

/** What the viewer is told of writes to a record of each mask, none of which changes anything. */
async function writesOf(app: App, caller: Caller, nation: Nation): Promise<[string, string][]> {
  const records = await app.sql<{ key: string }>(
    'select distinct on (audience) key::text from incident order by audience, key',
  );
  const answers: [string, string][] = [];
  for (const { key } of records) {
    const { data, errors } = await answerTo(
      caller,
      `mutation { translateIncident(input: { id: "Incident:${key}", version: 99, title: { locale: AZ, text: "x" } }) { userErrors { code } } }`,
    );
    answers.push([`${nation} writes to ${key}`, JSON.stringify({ data, errors: errors.length })]);
  }
  return answers;
}

async function questionsOf(app: App, nation: Nation | null, role: Role): Promise<Question[]> {
  const records = await app.sql<{ key: string; reference: string }>(
    'select distinct on (audience) key::text, reference from incident order by audience, key',
  );
  const { schema } = createSchema();
  const everything = everyQuestion(
    schema,
    new Set(scopesOf(role, nation)),
    {
      id: records.slice(0, 2).map(({ key }) => `Incident:${key}`),
      ids: [records.map(({ key }) => `Incident:${key}`)],
      reference: records.map(({ reference }) => reference),
      code: ['TUR', 'agdam', 'trilateral-statement-2020', 'trilateral-statement-2020/6', 'karaosmanoglu'],
      groupBy: [['DAY']],
      locale: ['AZ'],
      date: ['2021-03-01'],
      locales: [['TR', 'RU']],
    },
    2,
  );
  return [
    // Says when the token expires, and nothing of the record.
    ...everything.filter(({ name }) => name !== 'viewer'),
    ...PARTICULAR.filter((document) => nation !== null || !PUBLIC_LEAVES_OUT.test(document)).map(
      (document) => ({
        name: document,
        document,
        variables: {},
      }),
    ),
  ];
}

/** Positions of events, which never leave the server, as the log gives them. */
async function loggedEvents(databaseUrl: string): Promise<[string, string][]> {
  const readers = openReaders(installationOf(databaseUrl));
  const sequencer = openSequencer(demandLogin(databaseUrl), { began: () => {}, ended: () => {} });
  const log = openEventLog(readers.read, sequencer.assignOrder);
  const [{ key: known } = { key: '' }] = (await log.pageAfter('TUR', START)).events;
  const pages = await Promise.all(
    AUDIENCES.map(async (audience): Promise<[string, string]> => {
      const { events } = await log.pageAfter(audience, START);
      const found = await log.find(audience, known);
      return [`${audience} log`, JSON.stringify([events.map(({ key }) => key), found !== null])];
    }),
  );
  await Promise.all([readers.close(), sequencer.close()]);
  return pages;
}

/** The events after the first that the viewer sees, as a stream gives them in a moment. */
async function eventsOf(app: App, caller: Caller, audience: (typeof AUDIENCES)[number]): Promise<string> {
  const [first] = await app.sql<{ key: string }>(
    `select key::text from incident_event where audience & ${AUDIENCE_BIT[audience]} <> 0 order by seq limit 1`,
  );
  const query = `subscription { incidentEvents(after: "${first?.key}") { cursor kind incident { reference } } }`;
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), SILENCE_MS);
  let text = '';
  try {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${caller.token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query }),
      signal: ending.signal,
    });
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      timer.refresh();
    }
  } catch (error) {
    if (!ending.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return [...text.matchAll(/"cursor":"([^"]+)"/g)].map(([, cursor]) => cursor).join(' ');
}

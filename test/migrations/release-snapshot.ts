import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { type App, READERS } from '../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  succeed,
  TRANSLATE,
} from '../support/writing.js';

/**
 * Databases of earlier releases, each as SQL that makes it, with the answers that the release gave.
 * `npm run snapshot-release` adds the present version; a snapshot never changes.
 */
const FOLDER = join(import.meta.dirname, 'snapshots');

/** What every reader is asked, before and after the upgrade. Answers of equal data are equal texts. */
const QUESTIONS = {
  incidents: `{ incidents(first: 100) { totalCount nodes {
    id reference version status originator category categoryLabel(locale: RU) severity occurredFrom updatedAt releasedTo viewerActions
    title(locale: AZ) { text locale isFallback } place { code name } digest(locale: TR)
    claims { sourceType claimant { code } statement { text } } casualties { killed wounded detained }
    assessments { nation verdict version contentHash } revisions { version changes contentHash } provisions { code } } } }`,
  statistics: '{ incidentStatistics(groupBy: [CATEGORY, SEVERITY]) { keys count killed wounded } }',
  search:
    '{ incidents(first: 100, filter: { search: "Ağdam" }, orderBy: { field: OCCURRED_FROM, direction: DESC }) { totalCount nodes { reference } } }',
} as const;

export type Answers = Record<string, Record<string, unknown>>;

export interface ReleaseSnapshot {
  readonly version: string;
  readonly database: string;
  readonly answers: Answers;
}

/** The answers of a server by audience and question. */
export async function askEverything(app: App): Promise<Answers> {
  const answers: Answers = {};
  for (const [nation, role] of READERS) {
    const reader = app.as(nation, role, { locale: 'TR' });
    const given: Record<string, unknown> = {};
    for (const [name, question] of Object.entries(QUESTIONS)) {
      const { data, errors } = await reader.query(question);
      given[name] = { data, codes: errors.map(({ extensions }) => extensions.code) };
    }
    answers[nation ?? 'PUBLIC'] = given;
  }
  return answers;
}

/** Writes rows of every kind that the API can write, so that an upgrade meets them. */
export async function writeRecord(app: App): Promise<void> {
  const { turDuty, turHead, rusDuty, rusHead, azeDuty } = people(app);
  const joint = await succeed(
    turDuty,
    REPORT,
    aReport({ releaseTo: ['RUS'], place: 'fuzuli', casualties: [{ group: 'MILITARY', killed: 1 }] }),
  );
  const amended = await succeed(turDuty, AMEND, { ...at(joint), severity: 'HIGH' });
  const translated = await succeed(rusDuty, TRANSLATE, {
    ...at(amended),
    title: { locale: 'RU', text: 'Слышны выстрелы' },
  });
  for (const head of [turHead, rusHead])
    await succeed(head, ASSESS, { ...at(translated), verdict: 'CONFIRMED' });
  for (const head of [rusHead, turHead])
    await succeed(head, RELEASE, { ...at(translated), audience: 'PUBLIC' });
  await succeed(azeDuty, REPORT, aReport({ title: { locale: 'AZ', text: 'Atəş səsi eşidildi' } }));
  const withdrawn = await succeed(
    rusDuty,
    REPORT,
    aReport({ title: { locale: 'RU', text: 'Ошибочное сообщение' } }),
  );
  await succeed(rusDuty, RETRACT, { ...at(withdrawn), reason: { locale: 'RU', text: 'Записано дважды' } });
}

export async function releaseSnapshots(): Promise<ReleaseSnapshot[]> {
  const versions = await readdir(FOLDER);
  return Promise.all(
    versions.sort().map(async (version) => ({
      version,
      database: await readFile(join(FOLDER, version, 'database.sql'), 'utf8'),
      answers: JSON.parse(await readFile(join(FOLDER, version, 'answers.json'), 'utf8')) as Answers,
    })),
  );
}

export async function writeSnapshot({ version, database, answers }: ReleaseSnapshot): Promise<void> {
  await mkdir(join(FOLDER, version));
  await writeFile(join(FOLDER, version, 'database.sql'), database);
  await writeFile(join(FOLDER, version, 'answers.json'), `${JSON.stringify(answers, null, 1)}\n`);
}

/** Runs SQL of several statements as one transaction. */
export async function runScript(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url, options: '-c timezone=UTC' });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

import { describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type App, READERS, startApp } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { type Answers, askEverything, releaseSnapshots, runScript } from './release-snapshot.js';

const snapshots = await releaseSnapshots();

/** Runs `check` on today's server over the database that a release left. */
async function onDatabaseOf(script: string, check: (app: App) => Promise<void>): Promise<void> {
  const database = await createDatabase(inject('ownerUrl'));
  try {
    await runScript(database.url, script);
    const app = await startApp({ database });
    await check(app).finally(() => app.stop());
  } finally {
    await database.drop();
  }
}

/** Records of the shipped files as a reader sees them, without what is drawn at random or read off the clock. */
async function shippedRecord(
  app: App,
  nation: (typeof READERS)[number][0],
  role: (typeof READERS)[number][1],
) {
  const keys: { id: string }[] = await app.sql(
    `select 'Incident:' || key as id from incident where import_key is not null`,
  );
  const shipped = new Set(keys.map(({ id }) => id));
  const { data } = await app
    .as(nation, role)
    .query(`{ incidents(first: 100) { nodes { id category severity occurredFrom title(locale: TR) { text } place { code }
      claims { claimant { code } } casualties { killed wounded } provisions { code } } } }`);
  const nodes: { id: string; title: { text: string } }[] = data.incidents.nodes;
  return nodes
    .filter(({ id }) => shipped.has(id))
    .map(({ id: _, ...node }) => node)
    .sort((one, other) => one.title.text.localeCompare(other.title.text, 'tr'));
}

const incidentsAnswer = z.looseObject({
  data: z.object({
    incidents: z.looseObject({
      nodes: z.array(
        z.looseObject({
          version: z.number(),
          revisions: z.array(z.looseObject({ version: z.number(), changes: z.array(z.string()) })),
          assessments: z.array(z.looseObject({ version: z.number() })),
        }),
      ),
    }),
  }),
});

/**
 * Answers of a release as they are to be. Until 0.2.0 the public read versions from before its first release; the public's
 * records of the kept database were released to it in their current version.
 */
function corrected(answers: Answers): Answers {
  const incidents = incidentsAnswer.parse(answers.PUBLIC?.incidents);
  for (const node of incidents.data.incidents.nodes) {
    node.revisions = node.revisions
      .filter(({ version }) => version === node.version)
      .map((revision) => ({ ...revision, changes: [] }));
    node.assessments = node.assessments.filter(({ version }) => version === node.version);
  }
  return { ...answers, PUBLIC: { ...answers.PUBLIC, incidents } };
}

describe.each(snapshots)('a database of release $version', ({ database: script, answers }) => {
  it('answers every audience as that release answered', () =>
    onDatabaseOf(script, async (app) => {
      expect(await askEverything(app)).toEqual(corrected(answers));
    }));

  it('has the shipped record as a fresh database has it', () =>
    onDatabaseOf(script, async (app) => {
      const fresh = await startApp();
      try {
        for (const [nation, role] of READERS) {
          expect(await shippedRecord(app, nation, role)).toEqual(await shippedRecord(fresh, nation, role));
        }
      } finally {
        await fresh.stop();
      }
    }));

  it('counts what is there: totals and statistics agree with the rows', () =>
    onDatabaseOf(script, async (app) => {
      for (const [nation, role] of READERS) {
        const { data } = await app
          .as(nation, role)
          .query(
            '{ incidents(first: 100) { totalCount nodes { id } } incidentStatistics(groupBy: [CATEGORY]) { count } }',
          );
        const sum = data.incidentStatistics.reduce(
          (total: number, { count }: { count: number }) => total + count,
          0,
        );
        expect(data.incidents.totalCount).toBe(data.incidents.nodes.length);
        expect(sum).toBe(data.incidents.nodes.length);
      }
    }));
});

it('there is a snapshot to upgrade from', () => {
  expect(snapshots.map(({ version }) => version)).toContain('0.2.0');
});

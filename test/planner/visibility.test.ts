import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, READERS, startApp } from '../support/app.js';

/** How many of the shipped incidents each audience sees; follows from data/incidents.csv. */
const SEEN = { TUR: 47, RUS: 45, AZE: 41, PUBLIC: 11 } as const;

describe('visibility of the shipped record', () => {
  let app: App;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app?.stop());

  it.each(READERS)(
    '%s %s sees its share: in totals, pages, statistics and the database',
    async (nation, role) => {
      const seen = SEEN[nation ?? 'PUBLIC'];
      const caller = app.as(nation, role);
      const { data, errors } = await caller.query(
        `{ incidents(first: 100) { totalCount nodes { reference } }
         filtered: incidents(first: 100, filter: { occurred: { from: "2000-01-01T00:00:00Z" } }) { totalCount }
         incidentStatistics(groupBy: []) { count }
         byPlace: incidentStatistics(groupBy: [CATEGORY, STATUS, DAY]) { keys count } }`,
      );
      expect(errors).toEqual([]);
      expect(data.incidents.totalCount).toBe(seen);
      expect(data.incidents.nodes).toHaveLength(seen);
      expect(data.filtered.totalCount).toBe(seen);
      expect(data.incidentStatistics).toEqual([{ count: seen }]);
      expect(data.byPlace.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(seen);
    },
  );
});

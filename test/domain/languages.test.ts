import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LANGUAGES, LOCALES, localeBit } from '../../src/domain/locale.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

/** The database repeats the list of languages in SQL; these tests compare it with src/domain/locale.ts. */

let database: TestDatabase;
let owner: Client;
beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  owner = new Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await database?.drop();
});

const one = async (text: string, values: unknown[] = []): Promise<unknown> => {
  const { rows } = await owner.query({ text, values, rowMode: 'array' });
  return rows[0]?.[0];
};

/** Every set of languages. */
const SETS = Array.from({ length: 2 ** LOCALES.length }, (_, set) =>
  LOCALES.filter((_locale, index) => set & (1 << index)),
);

describe('the languages of the database', () => {
  it.each(SETS)(
    'untranslated() sets the bit of every language without an up-to-date text: %s %s %s %s',
    async (...missing) => {
      const bits = missing.reduce((sum, locale) => sum | localeBit(locale), 0);
      const revisions = LOCALES.map(
        (locale) => [locale, { revision: missing.includes(locale) ? 1 : 2 }] as const,
      );
      const stale = { revision: 2, texts: Object.fromEntries(revisions) };
      const absent = {
        revision: 2,
        texts: Object.fromEntries(revisions.filter(([locale]) => !missing.includes(locale))),
      };
      for (const text of [stale, absent]) {
        expect(await one('select untranslated($1::jsonb)', [JSON.stringify(text)])).toBe(bits);
      }
    },
  );

  it.each(LOCALES)('%s has an index for its translation queue', async (locale) => {
    const index = `incident_untranslated_${LANGUAGES[locale].tag}_idx`;
    const predicate = await one(
      'select pg_get_expr(indpred, indrelid) from pg_index where indexrelid = $1::regclass',
      [index],
    );
    expect(predicate).toBe(`(((untranslated)::integer & ${localeBit(locale)}) <> 0)`);
  });

  it.each(LOCALES)('%s has its collation', async (locale) => {
    expect(
      await one('select count(*)::int from pg_collation where collname = $1', [LANGUAGES[locale].collation]),
    ).toBe(1);
  });

  it.each(LOCALES)('%s has a column for every name', async (locale) => {
    const { tag } = LANGUAGES[locale];
    const missing = await one(
      `select array_agg(known.table_name || '.' || known.column_name) from information_schema.columns known
        where known.table_schema = 'public' and known.column_name like '%\\_tr'
          and not exists (select from information_schema.columns own where own.table_schema = 'public'
            and own.table_name = known.table_name and own.column_name = regexp_replace(known.column_name, 'tr$', $1))`,
      [tag],
    );
    expect(missing).toBeNull();
  });

  it.each(LOCALES)('%s is searched and ranked first for its readers', async (locale) => {
    const source = await one("select prosrc from pg_proc where oid = to_regproc('search.incidents')");
    expect(source).toContain(`when '${locale}' then`);
    const document = await one(
      `select search.document(incident)::text from incident where title -> 'texts' ? $1 limit 1`,
      [locale],
    );
    expect(document).toMatch(/\w/);
  });
});

describe('fallbacks', () => {
  it.each(LOCALES)('%s falls back to every other language, each once', (locale) => {
    const others: readonly string[] = LANGUAGES[locale].fallbacks.filter((name) => name !== 'source');
    expect([...others].sort()).toEqual(LOCALES.filter((other) => other !== locale).sort());
  });
});

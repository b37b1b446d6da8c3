import 'reflect-metadata';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES, type Audience } from '../../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../../src/planner/audience-mask.js';
import { type App, startApp } from '../../support/app.js';
import { ROLE_NAMES, roleUrl } from '../../support/roles.js';

/** A word that stands in one record alone, which only the Russian side sees. */
const SECRET = 'Qwzxvk';

let app: App;
const clients = new Map<Audience, Client>();

beforeAll(async () => {
  app = await startApp();
  for (const audience of AUDIENCES) {
    const client = new Client({ connectionString: roleUrl(app.database.url, audience) });
    await client.connect();
    clients.set(audience, client);
  }
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await app?.stop();
});

async function as(
  audience: Audience,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = clients.get(audience);
  if (!client) throw new Error(`No connection for ${audience}`);
  return (await client.query(text, values)).rows;
}

const search = (audience: Audience, words: string, most: number | null = 3000) =>
  as(
    audience,
    "select incident_key as key, rank, query::text from search.incidents($1, 'EN', $2) order by 1",
    [words, most],
  );

describe('search functions, called by plain SQL as each role', () => {
  it.each(AUDIENCES)('%s finds the records it sees, and no other', async (audience) => {
    for (const words of ['mine', 'Farrukh', 'Khojavend', 'Aghdam', 'violation', '…']) {
      for (const most of [3000, null]) {
        const keys = (await search(audience, words, most))
          .map(({ key }) => key)
          .filter((key) => key !== null);
        const visible = await app.sql<{ key: string }>('select key from incident where audience & $1 <> 0', [
          AUDIENCE_BIT[audience],
        ]);
        expect(visible.map(({ key }) => key)).toEqual(expect.arrayContaining(keys));
      }
    }
    const [row] = await as(audience, "select search.incident_count('')::int as count");
    const [seen] = await as(audience, 'select count(*)::int as count from incident');
    expect(row).toEqual(seen);
  });

  it.each(AUDIENCES.filter((audience) => audience !== 'RUS'))(
    '%s gets the same answers, ranks and queries whether a hidden record is there or not',
    async (audience) => {
      const words = [SECRET, 'Qwzxvl', 'Qwzx', 'qwzxvk mine', 'mine', 'Aghdam', 'Aghdan', 'Farrukh'];
      const ask = async () => {
        const answers: unknown[] = [];
        for (const word of words) {
          answers.push(await search(audience, word), await search(audience, word, 5));
          answers.push(await as(audience, "select * from search.incidents($1, 'EN', 2, page => 5)", [word]));
          answers.push(await as(audience, 'select search.incident_count($1)', [word]));
        }
        return answers;
      };
      const without = await ask();
      await app.sql(
        `update incident_search set document = document || to_tsvector('simple', search.forms($1))
          where incident_key = (select key from incident where import_key = 'KB-0032')`,
        [`${SECRET} mine mayın aghdam agdam aghdan agdan`],
      );
      await app.sql(
        `insert into search.word select lexeme, audience from incident_search, unnest(document)
          where incident_key = (select key from incident where import_key = 'KB-0032') and lexeme not in (select word from search.word)`,
      );
      try {
        // That a misspelt word is spelt so in a hidden record does not keep it from being mended.
        expect(await ask()).toEqual(without);
        expect(await search('RUS', SECRET)).toHaveLength(1);
        // A misspelt word is mended for whoever can have read it, and for nobody else.
        expect(await search('RUS', 'Qwzxvl')).toHaveLength(1);
      } finally {
        await app.sql(
          `update incident_search set document = search.document(incident) from incident where key = incident_key and import_key = 'KB-0032'`,
        );
        await app.sql("delete from search.word where word like 'gvzh%' or word = 'agdan'");
      }
    },
  );

  it('answers nobody who is not the role of an audience', async () => {
    expect(await app.sql("select * from search.incidents('mine', 'EN', 3000)")).toEqual([]);
    expect(await app.sql("select search.incident_count('mine')::int as n")).toEqual([{ n: 0 }]);
  });

  it.each(AUDIENCES)('%s cannot become another audience', async (audience) => {
    const other = ROLE_NAMES[audience === 'RUS' ? 'TUR' : 'RUS'];
    for (const attempt of [
      `set session authorization ${other}`,
      `set role ${other}`,
      'select * from search.word',
      'select * from search.label',
      'select * from search.synonym',
      "select search.by_time(array['mine']::tsquery[], 15, true, 100, null, null, null, null)",
      "select search.unhyphenated('mi-ne', 15)",
      "select search.replace_labels(array['MINE'], array['mine'])",
      "select search.replace_synonyms(array['uav'], array['mine'])",
      "select * from search.queries('mine', 15, 'A')",
      'select search.add_words()',
      'create function search.viewer_bit2() returns integer language sql return 15',
      'create temp table incident_search (incident_key uuid, audience smallint, document tsvector); create function pg_temp.small(text) returns text language sql return $1; insert into search.word values ($$x$$, 15)',
      'insert into incident_search select * from incident_search',
    ]) {
      await expect(as(audience, attempt), attempt).rejects.toThrow(
        /permission denied|must be owner|not permitted/,
      );
    }
  });

  it.each(AUDIENCES)('%s cannot shadow what the functions use', async (audience) => {
    const before = (await search(audience, 'mine')).length;
    await as(
      audience,
      'create temp table incident_search (incident_key uuid, audience smallint, document tsvector)',
    ).catch(() => {});
    await as(audience, 'set search_path = pg_temp, search, public');
    expect((await search(audience, 'mine')).length).toBe(before);
    await as(audience, 'reset search_path');
  });

  it('are the only functions that run as their owner for the roles, beside the aggregates', async () => {
    const everyone = Object.values(ROLE_NAMES).sort();
    const definers = await app.sql<{ name: string; callers: string[] }>(
      `select p.oid::regprocedure::text as name,
              array(select r.rolname::text from pg_roles r where r.rolname = any ($1) and has_function_privilege(r.oid, p.oid, 'execute') order by 1) as callers
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname = 'search' order by 1`,
      [everyone],
    );
    expect(definers.filter(({ callers }) => callers.length > 0)).toEqual([
      {
        name: 'search.incident_count(text,tsquery[],timestamp with time zone,timestamp with time zone)',
        callers: everyone,
      },
      {
        name: 'search.incidents(text,text,integer,tsquery[],timestamp with time zone,timestamp with time zone,integer,boolean,real,timestamp with time zone,uuid)',
        callers: everyone,
      },
    ]);
    const unfixed = await app.sql(
      `select p.oid::regprocedure::text as name from pg_proc p where p.prosecdef
          and not exists (select from unnest(p.proconfig) setting where setting like 'search_path=%pg_temp')`,
    );
    expect(unfixed).toEqual([]);
  });
});

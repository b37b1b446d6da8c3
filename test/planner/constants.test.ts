import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { LOCALES } from '../../src/domain/locale.js';
import { type App, startApp } from '../support/app.js';
import { ASKERS } from './differential/asker.js';
import { statementsFor } from './differential/server.js';

const RECORD = `query ($locale: Locale) { incidents(first: 100) { nodes { reference
  place { id code name(locale: $locale) kindLabel(locale: $locale) aliases parent { name(locale: $locale) } latitude }
  claims { claimant { code name(locale: $locale) } attributedTo { code name } }
  casualties { party { code } }
  provisions { code number summary(locale: $locale) { text locale isFallback } agreement { code title(locale: $locale) } places { code } } } } }`;
const PLACES = '{ incidents(first: 100) { nodes { reference place { code name } } } }';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const ask = (text: string, variables = {}) => app.as('TUR', 'LIAISON_OFFICER').query(text, variables);

async function placeOf(reference: string): Promise<{ code: string; name: string } | null | undefined> {
  const { data, errors } = await ask(PLACES);
  expect(errors).toEqual([]);
  const nodes: { reference: string; place: { code: string; name: string } | null }[] = data.incidents.nodes;
  return nodes.find((node) => node.reference === reference)?.place;
}

/** A query asked so often that its statement carries its places as constants. */
async function placesAsConstants(): Promise<string> {
  for (let turn = 0; turn < 3; turn += 1) await ask(PLACES);
  const [incident] = await app.sql<{ reference: string }>(
    'select reference from incident where place_key is not null and (audience & 1) <> 0 order by reference limit 1',
  );
  return incident?.reference ?? '';
}

describe('reference data in a statement that is asked for again', () => {
  it.each(LOCALES)('is what it was the first time, in %s', async (locale) => {
    const first = await ask(RECORD, { locale });
    expect(first.errors).toEqual([]);
    expect(JSON.stringify(first.data)).toContain('"parent":{"name"');
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(RECORD, { locale })).data).toEqual(first.data);
  });

  it('changes when it changes', async () => {
    const reference = await placesAsConstants();
    const place = await placeOf(reference);
    await app.sql("update place set name_tr = 'Yeni Ad' where code = $1", [place?.code]);
    await expect.poll(async () => (await placeOf(reference))?.name, { timeout: 1_000 }).toBe('Yeni Ad');
  });

  it('is looked up when it came later, even unannounced', async () => {
    const reference = await placesAsConstants();
    await app.sql('alter table place disable trigger notify_reference');
    await app.sql('alter table incident disable trigger note_inserted, disable trigger note_updated');
    await app.sql(
      `insert into place (code, kind, name_tr, name_ru, name_az, name_en, search_text)
       values ('new-place', 'VILLAGE', 'Yeni', 'Новый', 'Təzə', 'New', 'new')`,
    );
    await app.sql(
      "update incident set place_key = (select key from place where code = 'new-place') where reference = $1",
      [reference],
    );
    // What would be announced has been by now.
    await delay(200);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await placeOf(reference)).toEqual({ code: 'new-place', name: 'Yeni' });
    }
  });
});

describe('a statement that is asked for again', () => {
  async function statementsOf(text: string): Promise<string[]> {
    const reader = ASKERS.find(
      ({ scopes }) => scopes.has('incident:read') && !scopes.has('incident:position'),
    );
    if (!reader) throw new Error('Everybody reads positions');
    return statementsFor(reader, text, 2);
  }

  it('selects reference data while it is planned, also where a field is refused', async () => {
    const [first, second, ...others] = await statementsOf(
      '{ incidents { nodes { position { latitude } place { code } claims { claimant { code } } } } }',
    );
    expect(others).toEqual([]);
    expect(first).not.toContain('constant_texts');
    expect(second).toMatch(/constant_texts\('select .* from place .*constant_texts\('select .* from party /);
  });

  it('looks it up when it is heavy, and planned each time', async () => {
    const statements = await statementsOf(
      '{ incidents(filter: { search: "mayın" }) { nodes { place { code } } } }',
    );
    expect(statements).toHaveLength(2);
    for (const statement of statements) expect(statement).not.toContain('constant_texts');
  });

  it('has it in its plan', async () => {
    const [{ plan } = { plan: '' }] = await app
      .sql<{ plan: string }>(
        `explain (format json, verbose) select (constant_texts('select key, code from place'))[occurred_from::date - '2020-01-01'] from incident`,
      )
      .then((rows) => rows.map((row) => ({ plan: JSON.stringify(row) })));
    expect(plan).toContain('agdam');
    expect(plan).not.toContain('constant_texts');
  });
});

describe('tables whose rows are carried as constants', () => {
  it('announce their changes', async () => {
    const tables = [...createSchema().model.values()].flatMap(({ rows }) =>
      rows !== 'partOfOwner' && rows.isReference ? [rows.table] : [],
    );
    expect(tables.length).toBeGreaterThan(3);
    const announcing = await app.sql<{ name: string }>(
      "select tgrelid::regclass::text as name from pg_trigger where tgname = 'notify_reference'",
    );
    expect(announcing.map(({ name }) => name)).toEqual(expect.arrayContaining(tables));
  });
});

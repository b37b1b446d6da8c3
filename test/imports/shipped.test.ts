import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/domain/scopes.js';
import { importIncidents } from '../../src/imports/incidents.import.js';
import { importPlaces } from '../../src/imports/places.import.js';
import { importReference } from '../../src/imports/reference.import.js';
import { importShippedData } from '../../src/imports/shipped.import.js';
import { Incident } from '../../src/modules/incidents/incident.entity.js';
import { canonicalJson } from '../../src/modules/incidents/write/canonical-json.js';
import { contentHash } from '../../src/modules/incidents/write/content.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { type ImportDatabase, openImportDatabase } from './import-database.js';

let database: ImportDatabase;

beforeAll(async () => {
  database = await openImportDatabase('empty');
  // Two processes that start at once.
  await Promise.all([importShippedData(database.owner), importShippedData(database.owner)]);
});
afterAll(() => database.close());

const one = async <T>(query: string): Promise<T> => {
  const [row]: T[] = await database.owner.query(query);
  if (row === undefined) throw new Error('no row');
  return row;
};

describe('the shipped data', () => {
  it('is all there, once', async () => {
    const counts: Record<string, number> = {};
    for (const { tableName } of database.owner.entityMetadatas) {
      counts[tableName] = (await one<{ n: number }>(`select count(*)::int as n from ${tableName}`)).n;
    }
    expect(counts).toMatchObject({
      party: 7,
      place: 55,
      agreement: 3,
      provision: 18,
      agreement_signatory: expect.any(Number),
      centre: 1,
      contingent: 2,
      incident: 51,
      incident_search: 51,
      revision: 51,
      assessment: 0,
      provision_assessment: 0,
    });
    expect(counts.official).toBeGreaterThan(5);
    expect(counts.appointment).toBeGreaterThanOrEqual(counts.official ?? 0);
    expect(counts.incident_aggregate).toBeGreaterThan(0);
  });

  it('is seen by each audience as it is marked', async () => {
    const incidents = await database.owner.manager.find(Incident);
    const seen = AUDIENCES.map((audience) => [
      audience,
      incidents.filter((incident) => (incident.audience & AUDIENCE_BIT[audience]) !== 0).length,
    ]);
    expect(Object.fromEntries(seen)).toEqual({ TUR: 47, RUS: 45, AZE: 41, PUBLIC: 11 });
  });

  it('has stable keys and references', async () => {
    const rows = await database.owner.query(
      `select key, reference, import_key from incident where import_key in ('KB-0001', 'KB-0010') order by import_key`,
    );
    expect(rows).toEqual([
      {
        import_key: 'KB-0001',
        key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
        reference: expect.stringMatching(/^AZE-2020-\d{6}$/),
      },
      {
        import_key: 'KB-0010',
        key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/),
        reference: expect.stringMatching(/^AZE-2020-\d{6}$/),
      },
    ]);
    expect(rows).toMatchInlineSnapshot(`
      [
        {
          "import_key": "KB-0001",
          "key": "1b82e631-24dd-5c68-beb8-8a3ca3676806",
          "reference": "AZE-2020-294694",
        },
        {
          "import_key": "KB-0010",
          "key": "d2ca1fe8-126d-5a87-a88d-7e283d9d79b4",
          "reference": "AZE-2020-042660",
        },
      ]
    `);
  });

  it('numbers places in the order of the file', async () => {
    expect(await one(`select key, code from place order by key limit 1`)).toEqual({ key: 1, code: 'agdam' });
    expect(await one(`select max(key) from place`)).toEqual({ max: 55 });
  });

  it('hashes the content it keeps', async () => {
    const rows: { content: string; content_hash: string; current: string }[] = await database.owner.query(
      'select content, r.content_hash, i.content_hash as current from revision r join incident i on key = incident_key',
    );
    for (const { content, content_hash, current } of rows) {
      expect(contentHash(content)).toBe(content_hash);
      expect(current).toBe(content_hash);
      expect(canonicalJson(JSON.parse(content))).toBe(content);
      expect(canonicalize(JSON.parse(content))).toBe(content);
    }
  });

  it('makes claims of reports, and nobody accuse itself', async () => {
    const claims = (importKey: string) =>
      database.owner.query(
        `select c.code as claimant, a.code as attributed, source_type, source_url is not null as sourced, statement ->> 'source' as language
           from claim join incident i on i.key = incident_key join party c on c.key = claimant_key
           left join party a on a.key = attributed_to_key where import_key = $1 order by ordinal`,
        [importKey],
      );
    const media = { source_type: 'MEDIA', language: null, sourced: true };
    expect(await claims('KB-0008')).toEqual([
      { ...media, claimant: 'ARM', attributed: 'AZE', language: 'EN' },
      { ...media, claimant: 'AZE', attributed: null },
      { ...media, claimant: 'RUS', attributed: 'AZE', sourced: false },
    ]);
    expect(await claims('KB-0010')).toEqual([
      { ...media, claimant: 'AZE', attributed: 'ARM', source_type: 'PARTY_STATEMENT', language: 'EN' },
      { ...media, claimant: 'AZE', attributed: 'ARM' },
    ]);
    expect(await one('select count(*)::int as n from claim where claimant_key = attributed_to_key')).toEqual({
      n: 0,
    });
  });

  it('keeps unknown apart from none', async () => {
    const casualties = (importKey: string) =>
      database.owner.query(
        `select "group", c.killed, c.wounded from casualties c join incident i on i.key = incident_key where import_key = $1 order by ordinal`,
        [importKey],
      );
    expect(await casualties('KB-0007')).toEqual([]);
    expect(await casualties('KB-0002')).toEqual([
      { group: 'MILITARY', killed: 0, wounded: null },
      { group: 'CIVILIAN', killed: 1, wounded: null },
      { group: 'UNKNOWN', killed: null, wounded: 1 },
    ]);
    expect(await one(`select killed, wounded from incident where import_key = 'KB-0007'`)).toEqual({
      killed: 0,
      wounded: 0,
    });
  });

  it('is found by any spelling of the place and of the district around it', async () => {
    const { lexemes } = await one<{ lexemes: string[] }>(
      `select tsvector_to_array(document) as lexemes from incident_search join incident on key = incident_key where import_key = 'KB-0004'`,
    );
    expect(lexemes).toEqual(expect.arrayContaining(['hadrut', 'gadrut', 'hojavend', 'hojavand', 'martuni']));
    expect(lexemes).not.toContain('kalbajar');
  });
});

describe('importing the same again', () => {
  it('writes nothing at all', async () => {
    const before = await database.snapshot();
    await importShippedData(database.owner);
    await database.owner.transaction(importReference);
    expect(await importPlaces(database.owner, 'data/places.csv')).toEqual({
      added: 0,
      changed: 0,
      unchanged: 55,
    });
    expect(await importIncidents(database.owner, 'data/incidents.csv')).toEqual({ added: 0, unchanged: 51 });
    expect(await database.snapshot()).toEqual(before);
  });

  it('differs from importing something else', async () => {
    const before = await database.snapshot();
    await database.owner.query(`update party set name_en = name_en || '!' where code = 'TUR'`);
    await database.owner.transaction(importReference);
    const after = await database.snapshot();
    expect(after.party).not.toEqual(before.party);
    expect({ ...after, party: null }).toEqual({ ...before, party: null });
    expect(await one(`select name_en from party where code = 'TUR'`)).toEqual({
      name_en: 'Republic of Türkiye',
    });
  });
});

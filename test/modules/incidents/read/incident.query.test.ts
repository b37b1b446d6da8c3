import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Nation } from '../../../../src/domain/scopes.js';
import { type App, READERS, startApp } from '../../../support/app.js';

let app: App;
/** References by the key they have in data/incidents.csv. */
let references: Readonly<Record<string, string>>;

beforeAll(async () => {
  app = await startApp();
  const rows = await app.sql<{ import_key: string; reference: string }>(
    'select import_key, reference from incident',
  );
  references = Object.fromEntries(rows.map(({ import_key, reference }) => [import_key, reference]));
  // What is written here by hand has no versions of its own, which is not what is tested.
  await app.sql('alter table incident disable trigger note_inserted, disable trigger note_updated');
  await app.sql('alter table assessment disable trigger check_assessment');
});
afterAll(() => app?.stop());

const reference = (key: string): string => references[key] ?? `no ${key}`;

async function incident(caller: ReturnType<App['as']>, key: string, selection: string) {
  const { data, errors } = await caller.query(
    `query ($reference: String!) { incident(reference: $reference) { ${selection} } }`,
    { reference: reference(key) },
  );
  return { incident: data?.incident, errors };
}

describe('an incident', () => {
  it('answers every field', async () => {
    const { incident: found, errors } = await incident(
      app.as('TUR', 'LIAISON_OFFICER'),
      'KB-0019',
      `id reference version originator category categoryLabel severity severityLabel(locale: RU) occurredFrom occurredTo
       timePrecision place { code } position { latitude longitude precision } title { text locale requestedLocale isFallback status isStale translations { locale status isStale } }
       narrative { text } claims { claimant { code } attributedTo { code } sourceType sourceTypeLabel sourceUrl statement { text } }
       casualties { party { code } group killed wounded detained } provisions { code } status statusLabel
       assessments { nation } releasedTo revisions { version changedBy changes contentHash changedAt } viewerActions createdAt updatedAt`,
    );
    expect(errors).toEqual([]);
    expect(found).toMatchObject({
      id: expect.stringMatching(/^Incident:[0-9a-f-]{36}$/),
      reference: expect.stringMatching(/^RUS-2021-\d{6}$/),
      version: 1,
      originator: 'RUS',
      category: 'SMALL_ARMS_FIRE',
      severity: 'HIGH',
      severityLabel: expect.stringMatching(/[а-я]/),
      occurredFrom: '2021-11-08T10:40:00Z',
      occurredTo: null,
      timePrecision: 'MINUTE',
      place: { code: 'shusha' },
      position: null,
      title: { locale: 'TR', requestedLocale: 'TR', isFallback: false, isStale: false },
      status: 'REPORTED',
      assessments: [],
      provisions: [{ code: 'trilateral-statement-2020/1' }],
      releasedTo: ['TUR', 'AZE', 'PUBLIC'],
      revisions: [
        { version: 1, changedBy: 'RUS', changes: [], contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      ],
      viewerActions: ['TRANSLATE'],
    });
    expect(found.title.translations.map(({ locale }: { locale: string }) => locale)).toEqual([
      'TR',
      'RU',
      'AZ',
      'EN',
    ]);
    expect(found.claims.map(({ claimant }: { claimant: { code: string } }) => claimant.code)).toEqual([
      'DFA',
      'RUS',
    ]);
    for (const { attributedTo } of found.claims) expect(attributedTo).toEqual({ code: 'AZE' });
    const wounded = found.casualties.map(({ wounded: each }: { wounded: number | null }) => each ?? 0);
    expect(wounded.reduce((sum: number, each: number) => sum + each, 0)).toBe(3);
  });

  it('does not turn what is unknown into nothing', async () => {
    const { incident: found } = await incident(
      app.as(null, 'PUBLIC'),
      'KB-0007',
      'casualties { killed wounded detained }',
    );
    for (const { killed, wounded } of found.casualties) expect([killed, wounded]).toEqual([null, null]);
  });

  it.each([
    ['KB-0011', ['AZE']],
    ['KB-0024', ['TUR']],
    ['KB-0027', ['TUR', 'RUS']],
    ['KB-0034', ['TUR', 'AZE']],
    ['KB-0040', ['RUS']],
    ['KB-0003', ['TUR', 'RUS', 'AZE', null]],
  ] as const)('%s is seen by %s alone, and by nobody else in any way', async (key, seers) => {
    const [row] = await app.sql<{ key: string }>('select key from incident where reference = $1', [
      reference(key),
    ]);
    for (const [nation, role] of READERS) {
      const { text, data, errors } = await app
        .as(nation, role)
        .query(
          'query ($reference: String!, $id: ID!) { incident(reference: $reference) { reference } node(id: $id) { id } nodes(ids: [$id, $id]) { id } }',
          { reference: reference(key), id: `Incident:${row?.key}` },
        );
      const isSeen = seers.some((seer) => seer === nation);
      const node = isSeen ? { id: `Incident:${row?.key}` } : null;
      expect([data, errors], `${nation}`).toEqual([
        { incident: isSeen ? { reference: reference(key) } : null, node, nodes: [node, node] },
        [],
      ]);
      if (isSeen) continue;
      const absent = await app
        .as(nation, role)
        .query(
          'query ($reference: String!, $id: ID!) { incident(reference: $reference) { reference } node(id: $id) { id } nodes(ids: [$id, $id]) { id } }',
          { reference: 'TUR-2021-000000', id: `Incident:${randomUUID()}` },
        );
      expect(withoutCost(text)).toBe(withoutCost(absent.text));
    }
  });
});

/** The answer without what is counted for the caller. */
function withoutCost(text: string): string {
  const { extensions: _extensions, ...answer } = JSON.parse(text);
  return JSON.stringify(answer);
}

describe('to whom a record is released', () => {
  it.each([
    ['KB-0016', { TUR: ['TUR', 'AZE'], RUS: ['TUR', 'AZE'], AZE: null }],
    ['KB-0003', { TUR: ['TUR', 'AZE', 'PUBLIC'], RUS: ['TUR', 'AZE', 'PUBLIC'], AZE: null }],
    [
      'KB-0013',
      { TUR: ['TUR', 'RUS', 'PUBLIC'], RUS: ['TUR', 'RUS', 'PUBLIC'], AZE: ['TUR', 'RUS', 'PUBLIC'] },
    ],
    ['KB-0027', { TUR: ['RUS'], RUS: ['RUS'] }],
    ['KB-0024', { TUR: [] }],
  ] as const)('of %s is visible to joint command and the originator', async (key, expected) => {
    for (const [nation, released] of Object.entries(expected)) {
      const { incident: found } = await incident(
        app.as(nation as Nation, 'LIAISON_OFFICER'),
        key,
        'releasedTo',
      );
      expect(found.releasedTo, nation).toEqual(released);
    }
  });

  it('is hidden from the public', async () => {
    for (const role of ['PUBLIC', 'INTEGRATOR'] as const) {
      const { incident: found, errors } = await incident(
        app.as(null, role),
        'KB-0003',
        'releasedTo viewerActions',
      );
      expect([found, errors]).toEqual([{ releasedTo: null, viewerActions: [] }, []]);
    }
  });
});

describe('the position of an incident', () => {
  beforeAll(() =>
    app.sql(
      `update incident set latitude = 40.5, longitude = 47.25, geo_precision = 'NEAR' where reference = any ($1)`,
      [[reference('KB-0003'), reference('KB-0013')]],
    ),
  );

  it('is shown to officers', async () => {
    const { incident: found } = await incident(
      app.as('AZE', 'DUTY_OFFICER'),
      'KB-0003',
      'position { latitude longitude precision }',
    );
    expect(found.position).toEqual({ latitude: 40.5, longitude: 47.25, precision: 'NEAR' });
  });

  it.each(['PUBLIC', 'INTEGRATOR'] as const)('is null for %s, without an error', async (role) => {
    const { data, errors, status } = await app
      .as(null, role)
      .query(
        '{ incidents(first: 2) { nodes { reference position { latitude } again: position { precision } } } }',
      );
    expect(status).toBe(200);
    expect(data.incidents.nodes).toEqual(
      Array.from({ length: 2 }, () => ({ reference: expect.any(String), position: null, again: null })),
    );
    expect(errors).toEqual([]);
  });

  it('is not what the public filters by', async () => {
    const near = (latitude: number, longitude: number): string =>
      `incidents(first: 100, filter: { near: { latitude: ${latitude}, longitude: ${longitude}, radiusKm: 3 } }) { nodes { reference } }`;
    const QUERY = `{ position: ${near(40.5, 47.25)} place: ${near(40.33, 46.75)} }`;
    const found = async (caller: ReturnType<App['as']>) => {
      const { data } = await caller.query(QUERY);
      const has = (page: { nodes: { reference: string }[] }): boolean =>
        page.nodes.some((node) => node.reference === reference('KB-0003'));
      return { byPosition: has(data.position), byPlace: has(data.place) };
    };
    expect(await found(app.as('TUR', 'LIAISON_OFFICER'))).toEqual({ byPosition: true, byPlace: false });
    expect(await found(app.as(null, 'PUBLIC'))).toEqual({ byPosition: false, byPlace: true });
    const narrow = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['reference:read', 'incident:read'] });
    expect(await found(narrow)).toEqual({ byPosition: false, byPlace: true });
  });

  it.each([
    'latitude: 91, longitude: 0, radiusKm: 1',
    'latitude: 0, longitude: 181, radiusKm: 1',
    'latitude: 0, longitude: 0, radiusKm: 0',
    'latitude: 0, longitude: 0, radiusKm: 501',
  ])('is asked for within the globe and 500 km: not %s', async (near) => {
    const { status, errors } = await app
      .as('TUR', 'LIAISON_OFFICER')
      .query(`{ incidents(filter: { near: { ${near} } }) { __typename } }`);
    expect([status, errors[0]?.extensions]).toMatchObject([
      400,
      { code: 'BAD_USER_INPUT', argument: 'near' },
    ]);
  });
});

describe('the assessments of an incident', () => {
  beforeAll(async () => {
    for (const [nation, verdict, day] of [
      ['TUR', 'CONFIRMED', 1],
      ['RUS', 'REFUTED', 2],
    ] as const) {
      const key = randomUUID();
      await app.sql(
        `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by, assessed_at)
         select $1, key, audience, $2, $3, version, content_hash, 'a head', $4 from incident where reference = $5`,
        [key, nation, verdict, new Date(Date.UTC(2024, 0, day)), reference('KB-0003')],
      );
      await app.sql('insert into assessment_note values ($1, $2, $3)', [key, nation, `note of ${nation}`]);
    }
  });

  it('stand side by side, the newest first, each with its note for its own nation', async () => {
    for (const [nation, role] of READERS) {
      const { incident: found, errors } = await incident(
        app.as(nation, role, { locale: 'EN' }),
        'KB-0003',
        'assessments { nation verdict verdictLabel version assessedBy assessedAt remark { text } internalNote contentHash }',
      );
      expect(errors).toEqual([]);
      const assessment = (own: string, verdict: string, day: string) => ({
        nation: own,
        verdict,
        verdictLabel: verdict.toLowerCase(),
        version: 1,
        assessedBy: 'a head',
        assessedAt: `2024-01-${day}T00:00:00Z`,
        remark: null,
        internalNote: nation === own ? `note of ${own}` : null,
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(found.assessments).toEqual([
        assessment('RUS', 'REFUTED', '02'),
        assessment('TUR', 'CONFIRMED', '01'),
      ]);
    }
  });
});

describe('lists of incidents', () => {
  it('run by time, either way, with ties broken by id', async () => {
    const { data } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `{ newest: incidents(first: 100) { nodes { id occurredFrom } }
         oldest: incidents(first: 100, orderBy: { direction: ASC }) { nodes { id occurredFrom } }
         updated: incidents(first: 100, orderBy: { field: UPDATED_AT }) { nodes { id updatedAt } } }`,
    );
    expect(data.newest.nodes).toEqual([...data.oldest.nodes].reverse());
    const times = data.oldest.nodes.map(({ occurredFrom }: { occurredFrom: string }) => occurredFrom);
    expect(times).toEqual([...times].sort());
    const updates = data.updated.nodes.map(({ updatedAt }: { updatedAt: string }) => Date.parse(updatedAt));
    expect(updates).toEqual([...updates].sort((a, b) => b - a));
  });

  it.each([
    ['{ category: [MINE_INCIDENT] }', 9],
    ['{ category: [MINE_INCIDENT, LANDMINE], severity: HIGH }', 3],
    ['{ originator: [TUR] }', 11],
    ['{ status: [REPORTED] }', 47],
    ['{ status: [DISPUTED] }', 0],
    ['{ place: ["fuzuli"] }', 6],
    ['{ place: ["fuzuli"], category: [PRISONER_EXCHANGE] }', 1],
    ['{ place: [] }', 0],
    ['{ provision: ["trilateral-statement-2020/8"] }', 6],
    ['{ claimant: ["ARM"] }', 9],
    ['{ attributedTo: ["ARM"], claimant: ["AZE"], occurred: { to: "2021-01-01T00:00:00Z" } }', 3],
    ['{ occurred: { from: "2020-11-14T00:00:00+04:00", to: "2020-11-14T00:00:00+04:00" } }', 0],
    ['{ occurred: { from: "2020-11-13T20:00:00Z", to: "2020-11-13T20:00:00.001Z" } }', 2],
    ['{ occurred: { to: "2020-11-14T00:00:00+04:00" } }', 0],
    ['{ occurred: { from: null, to: null }, category: null }', 47],
    ['{}', 47],
  ])('hold what the filter %s lets through', async (filter, count) => {
    const { data, errors } = await app
      .as('TUR', 'LIAISON_OFFICER')
      .query(`{ incidents(first: 100, filter: ${filter}) { totalCount nodes { id } } }`);
    expect(errors).toEqual([]);
    expect([data.incidents.totalCount, data.incidents.nodes.length]).toEqual([count, count]);
  });

  it('await translation the oldest first', async () => {
    await app.sql(
      `update incident set title = title #- '{texts,EN}' || '{"source": "TR"}' where reference = any ($1)`,
      [['KB-0034', 'KB-0003', 'KB-0021'].map(reference)],
    );
    const officer = app.as('TUR', 'LIAISON_OFFICER');
    const pages: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      const { data } = await officer.query(
        'query ($after: String) { translationQueue(locale: EN, first: 1, after: $after) { nodes { reference } pageInfo { endCursor } } }',
        { after },
      );
      pages.push(data.translationQueue.nodes[0].reference);
      after = data.translationQueue.pageInfo.endCursor;
    }
    expect(pages).toEqual(['KB-0003', 'KB-0021', 'KB-0034'].map(reference));
    await app.sql(
      `update incident set title = jsonb_set(title, '{texts,EN}', '{"locale": "EN", "text": "Translated", "status": "WORKING", "revision": 1}') where reference = any ($1)`,
      [['KB-0034', 'KB-0003', 'KB-0021'].map(reference)],
    );
  });

  it('await translation where a text is missing or older than its source', async () => {
    const queue = async (locale: string): Promise<number> => {
      const { data } = await app
        .as('TUR', 'LIAISON_OFFICER')
        .query(
          'query ($locale: Locale!) { translationQueue(locale: $locale) { totalCount nodes { reference } } }',
          { locale },
        );
      return data.translationQueue.totalCount;
    };
    expect([await queue('AZ'), await queue('RU')]).toEqual([0, 0]);
    await app.sql(
      `update incident set title = jsonb_set(title #- '{texts,AZ}', '{texts,RU,revision}', '0') where reference = $1`,
      [reference('KB-0019')],
    );
    expect([await queue('AZ'), await queue('RU'), await queue('EN')]).toEqual([1, 1, 0]);
    const { incident: found } = await incident(
      app.as('RUS', 'LIAISON_OFFICER'),
      'KB-0019',
      'ru: title { locale isFallback isStale } az: title(locale: AZ) { locale requestedLocale isFallback isStale translations { locale } }',
    );
    expect(found).toEqual({
      ru: { locale: 'RU', isFallback: false, isStale: true },
      az: {
        locale: 'TR',
        requestedLocale: 'AZ',
        isFallback: true,
        isStale: false,
        translations: [{ locale: 'TR' }, { locale: 'RU' }, { locale: 'EN' }],
      },
    });
  });
});

describe('nodes', () => {
  it('come in the order asked for, with null where there is none', async () => {
    const { data, errors } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `{ nodes(ids: ["Party:TUR", "Party:tur", "Place:agdam", "", "Incident:1", "Party:TUR", "Agreement:memorandum-2020", "Provision:memorandum-2020/1", "Official:akar", "Contingent:TUR"]) {
           __typename id ... on Party { code } ... on Place { kind } } none: nodes(ids: []) { id } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      nodes: [
        { __typename: 'Party', id: 'Party:TUR', code: 'TUR' },
        null,
        { __typename: 'Place', id: 'Place:agdam', kind: 'DISTRICT' },
        null,
        null,
        { __typename: 'Party', id: 'Party:TUR', code: 'TUR' },
        { __typename: 'Agreement', id: 'Agreement:memorandum-2020' },
        { __typename: 'Provision', id: 'Provision:memorandum-2020/1' },
        { __typename: 'Official', id: 'Official:akar' },
        null,
      ],
      none: [],
    });
  });

  it('are at most 100', async () => {
    const ask = (length: number) =>
      app.as('TUR', 'LIAISON_OFFICER').query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
        ids: Array.from({ length }, () => 'Party:TUR'),
      });
    expect((await ask(100)).data.nodes).toHaveLength(100);
    const { status, errors } = await ask(101);
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
  });

  it('that a national administrator may not read are null, and fields it may not read are refused', async () => {
    const [row] = await app.sql<{ key: string }>(
      'select key from incident where (audience & 15) = 15 limit 1',
    );
    const { data, errors } = await app
      .as('TUR', 'NATIONAL_ADMIN')
      .query(
        `query ($id: ID!) { a: node(id: $id) { id } nodes(ids: ["Party:TUR", "Party:AZE"]) { ... on Party { code incidents { totalCount } } } }`,
        { id: `Incident:${row?.key}` },
      );
    expect(data).toEqual({ a: null, nodes: [null, null] });
    expect(errors.map(({ path }) => path?.join('.'))).toEqual(['nodes.0.incidents']);
  });

  it('of two types may take one field with different arguments', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(
        '{ nodes(ids: ["Party:TUR", "Place:agdam"]) { ... on Party { name(locale: TR) } ... on Place { name(locale: RU) } } }',
      );
    expect(data.nodes).toEqual([{ name: 'Türkiye Cumhuriyeti' }, { name: 'Агдамский район' }]);
  });
});

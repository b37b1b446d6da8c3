import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, READERS, startApp } from '../support/app.js';
import { ASKERS } from './differential/asker.js';
import { statementsFor } from './differential/server.js';

interface Page {
  readonly nodes: readonly { id: string }[];
  readonly edges: readonly { cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

const PAGE = `nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

async function pagesOf(caller: Caller, field: string, variables: object, forward: boolean): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  do {
    const { data, errors } = await caller.query(`query ($cursor: String) { page: ${field} { ${PAGE} } }`, {
      ...variables,
      cursor,
    });
    expect(errors).toEqual([]);
    const page: Page = data.page;
    pages.push(page);
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    expect([startCursor, endCursor]).toEqual([
      page.edges.at(0)?.cursor ?? null,
      page.edges.at(-1)?.cursor ?? null,
    ]);
    cursor = (forward ? hasNextPage : hasPreviousPage) ? (forward ? endCursor : startCursor) : null;
  } while (cursor !== null);
  return pages;
}

describe('pages', () => {
  it.each(READERS)('%s %s meets every incident once, forwards and backwards', async (nation, role) => {
    const caller = app.as(nation, role);
    const { data } = await caller.query('{ incidents(first: 100) { nodes { id } } }');
    const all = data.incidents.nodes.map(({ id }: { id: string }) => id);
    for (const size of [1, 4, 7]) {
      const forward = await pagesOf(caller, `incidents(first: ${size}, after: $cursor)`, {}, true);
      expect(forward.flatMap(({ nodes }) => nodes.map(({ id }) => id))).toEqual(all);
      expect(forward.map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual(forward.map((_, n) => n > 0));
      expect(forward.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual(
        forward.map((_, n) => n < forward.length - 1),
      );

      const backward = await pagesOf(caller, `incidents(last: ${size}, before: $cursor)`, {}, false);
      expect(backward.reverse().flatMap(({ nodes }) => nodes.map(({ id }) => id))).toEqual(all);
      expect(backward.map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual(backward.map((_, n) => n > 0));
      expect(backward.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual(
        backward.map((_, n) => n < backward.length - 1),
      );
    }
  });

  it.each([
    'incidents(first: 5, after: $cursor, orderBy: { field: UPDATED_AT, direction: ASC })',
    'incidents(first: 5, after: $cursor, filter: { category: [MINE_INCIDENT], severity: [HIGH, CRITICAL] })',
    'translationQueue(locale: TR, first: 5, after: $cursor)',
    'places(first: 9, after: $cursor)',
    'places(first: 2, after: $cursor, kind: TOWN)',
    'officials(first: 4, after: $cursor)',
    'officials(first: 1, after: $cursor, party: "RPC")',
  ])('of %s hold everything once', async (field) => {
    const caller = app.as('TUR', 'LIAISON_OFFICER');
    const pages = await pagesOf(caller, field, {}, true);
    const whole = field.replace(/first: \d+, after: \$cursor/, 'first: 100');
    const { data } = await caller.query(`{ page: ${whole} { nodes { id } totalCount } }`);
    const ids = pages.flatMap(({ nodes }) => nodes.map(({ id }) => id));
    expect(ids).toEqual(data.page.nodes.map(({ id }: { id: string }) => id));
    expect(new Set(ids).size).toBe(data.page.totalCount);
  });

  it.each(['first', 'last'])('asked for by %s begin and end alike whatever else is selected', async (end) => {
    const caller = app.as('TUR', 'LIAISON_OFFICER');
    const page = `incidents(${end}: 10, orderBy: { field: UPDATED_AT })`;
    const { data } = await caller.query(`{
      whole: ${page} { edges { cursor } }
      bare: ${page} { edges { __typename } pageInfo { hasPreviousPage startCursor endCursor } } }`);
    const cursors = data.whole.edges.map(({ cursor }: { cursor: string }) => cursor);
    expect(data.bare.pageInfo).toMatchObject({ startCursor: cursors[0], endCursor: cursors[9] });
  });

  it('of nothing are empty, without cursors', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(`{ incidents(filter: { category: [] }) { ${PAGE} totalCount } }`);
    expect(data.incidents).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      totalCount: 0,
    });
  });

  it('go on after a cursor whose item is gone', async () => {
    const caller = app.as('TUR', 'LIAISON_OFFICER');
    const { data } = await caller.query(
      '{ incidents(first: 3) { nodes { id reference } edges { cursor } } }',
    );
    const [, second, third] = data.incidents.nodes;
    await app.sql('update incident set audience = 2 where reference = $1 and originator = $2', [
      second.reference,
      'RUS',
    ]);
    const { data: next } = await caller.query(
      `query ($after: String) { incidents(first: 1, after: $after) { nodes { id } pageInfo { hasPreviousPage } } }`,
      { after: data.incidents.edges[1].cursor },
    );
    expect(next.incidents).toEqual({ nodes: [{ id: third.id }], pageInfo: { hasPreviousPage: true } });
  });
});

describe('cursors', () => {
  it('of a listing sorted otherwise, of another type or language, or made up, are refused', async () => {
    const turk = app.as('TUR', 'LIAISON_OFFICER');
    const russian = app.as('TUR', 'LIAISON_OFFICER', { locale: 'RU' });
    const cursorOf = async (caller: Caller, field: string): Promise<string> =>
      (await caller.query(`{ page: ${field} { pageInfo { endCursor } } }`)).data.page.pageInfo.endCursor;
    const byTime = await cursorOf(turk, 'incidents(first: 1)');
    const byUpdate = await cursorOf(turk, 'incidents(first: 1, orderBy: { field: UPDATED_AT })');
    const places = await cursorOf(turk, 'places(first: 1)');
    const officials = await cursorOf(turk, 'officials(first: 1)');
    const coded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
    const [kind, , key] = JSON.parse(Buffer.from(byTime, 'base64').toString());

    const answerAfter = async (caller: Caller, field: string, cursor: string) => {
      const { status, data, errors } = await caller.query(
        `query ($after: String) { page: ${field.replace(')', ', after: $after)')} { nodes { id } } }`,
        { after: cursor },
      );
      return { status, data, codes: errors.map(({ extensions }) => extensions.code) };
    };
    const refused = { status: 400, data: undefined, codes: ['BAD_USER_INPUT'] };
    for (const [caller, field, cursor] of [
      [turk, 'incidents(first: 1, orderBy: { field: UPDATED_AT })', byTime],
      [turk, 'incidents(first: 1)', byUpdate],
      [turk, 'places(first: 1)', officials],
      [turk, 'officials(first: 1)', places],
      [russian, 'places(first: 1)', places],
      [turk, 'incidents(first: 1)', ''],
      [turk, 'incidents(first: 1)', 'garbage'],
      [turk, 'incidents(first: 1)', coded([kind])],
      [turk, 'incidents(first: 1)', coded([kind, '2021-02-30T00:00:00+00:00', key])],
      [turk, 'incidents(first: 1)', coded([kind, '0000-01-01T00:00:00+00:00', key])],
      [turk, 'incidents(first: 1)', coded([kind, '2021-02-03T00:00:00+00:00', key, 'more'])],
      [turk, 'incidents(first: 1)', coded([kind, '2021-02-03T00:00:00+00:00', `${key}'`])],
      [turk, 'places(first: 1)', coded(['Place.name_tr', 'a\u0000b', 'c'])],
    ] as const) {
      expect(await answerAfter(caller, field, cursor), `${field} ${cursor}`).toEqual(refused);
    }
    for (const [caller, field, cursor] of [
      [turk, 'incidents(first: 1)', byTime],
      [russian, 'incidents(first: 1, orderBy: { direction: ASC })', byTime],
      [app.as(null, 'PUBLIC'), 'incidents(first: 1)', byTime],
      [turk, 'places(first: 1)', places],
    ] as const) {
      expect(await answerAfter(caller, field, cursor), field).toMatchObject({ status: 200, codes: [] });
    }
  });

  it('take names with any character in them', async () => {
    await app.sql(`update place set name_en = E'\\n\\tA "new" line' where code = 'agdam'`);
    const pages = await pagesOf(app.as(null, 'PUBLIC'), 'places(first: 1, after: $cursor)', {}, true);
    expect(new Set(pages.map(({ nodes }) => nodes[0]?.id)).size).toBe(55);
  });
});

describe('sizes of pages', () => {
  const MESSAGES = {
    TR: /sayfa/i,
    RU: /страниц/i,
    AZ: /səhifə/i,
    EN: /page size/i,
  } as const;

  it.each(['TR', 'RU', 'AZ', 'EN'] as const)('outside 1 to 100 are refused, in %s', async (locale) => {
    const caller = app.as('TUR', 'LIAISON_OFFICER', { locale });
    for (const argument of ['first: 0', 'first: 101', 'first: -1', 'last: 0', 'last: 101']) {
      const { status, errors } = await caller.query(`{ incidents(${argument}) { totalCount } }`);
      expect(status).toBe(400);
      expect(errors).toHaveLength(1);
      expect(errors[0]).toMatchObject({
        path: ['incidents'],
        message: expect.stringMatching(MESSAGES[locale]),
        extensions: { code: 'BAD_USER_INPUT', argument: argument.slice(0, argument.indexOf(':')) },
      });
    }
  });

  it.each(['first: 1, last: 1', 'first: 1, before: "x"', 'last: 1, after: "x"', 'before: "x"'])(
    'are given in one direction only: not %s',
    async (given) => {
      const { status, errors } = await app
        .as('TUR', 'LIAISON_OFFICER')
        .query(`{ incidents(${given}) { totalCount } }`);
      expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']]);
    },
  );

  it('are 20 when not given, and may be 1 and 100', async () => {
    const { data, errors } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `query ($none: Int) { incidents { nodes { id } } none: incidents(first: $none, last: $none) { nodes { id } }
        one: incidents(last: 1) { nodes { id } } most: incidents(first: 100) { nodes { id } } }`,
    );
    expect(errors).toEqual([]);
    const sizes = Object.values<{ nodes: [] }>(data).map(({ nodes }) => nodes.length);
    expect(sizes.slice(0, 3)).toEqual([20, 20, 1]);
    expect(sizes[3]).toBeGreaterThan(40);
  });
});

describe('the total', () => {
  const [asker] = ASKERS;

  async function statementFor(text: string): Promise<string> {
    const statements = asker ? await statementsFor(asker, text, 1) : [];
    return statements.join('\n');
  }

  it('is counted only when it is selected', async () => {
    const rest =
      'nodes { reference place { incidents(first: 1) { nodes { id } } } } edges { cursor } pageInfo { endCursor }';
    expect(await statementFor(`{ incidents { ${rest} } }`)).not.toMatch(
      /select count\(|sum\(|incident_aggregate/,
    );
    expect(await statementFor(`{ incidents { ${rest} totalCount @skip(if: true) } }`)).not.toMatch(
      /select count\(|sum\(/,
    );
    expect(await statementFor(`{ incidents { ${rest} totalCount } }`)).toMatch(/sum\(.*incident_aggregate/);
    const filtered = 'incidents(filter: { claimant: ["AZE"] })';
    expect(await statementFor(`{ ${filtered} { ${rest} } }`)).not.toMatch(/select count\(/);
    expect(await statementFor(`{ ${filtered} { ${rest} totalCount } }`)).toMatch(/count\(\*\)/);
  });

  it.each(['incidents', 'translationQueue(locale: RU)'])('of %s alone reads no rows', async (field) => {
    const statement = await statementFor(`{ ${field} { totalCount } }`);
    expect(statement).toMatch(/sum\(.*incident_aggregate (t\d+) where \(\1\.audience & 1\) <> 0/);
    expect(statement).not.toMatch(/from incident t|limit/);
  });
});

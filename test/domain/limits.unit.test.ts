import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, parse, printSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { createCostOf } from '../../src/demand/cost.js';
import * as limits from '../../src/domain/limits.js';
import { COST, limitText, MAX_ITEMS, MAX_LENGTH, MAX_NODE_IDS, PAGE_SIZE } from '../../src/domain/limits.js';

const SRC = join(PACKAGE_ROOT, 'src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && file !== join('domain', 'limits.ts'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }))
  .map(({ file, text }) => ({ file, text, code: text.replace(/^import [^;]*;$/gm, '') }));

/** Every limit by the expression that reads it: MAX_LENGTH.title. */
const readers = Object.entries(limits).flatMap(([name, value]) => {
  if (typeof value === 'function') return [];
  const isTable = typeof value === 'object' && !(value instanceof Date);
  return isTable ? Object.keys(value).map((key) => `${name}.${key}`) : [name];
});

const { schema } = createSchema();
const costOf = createCostOf(schema);

function cost(text: string, variables = {}): number {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation');
  return costOf(document, operation, variables);
}

describe('limits', () => {
  it.each(readers)('%s is read where it is enforced', (reader) => {
    const pattern = new RegExp(`\\b${reader.replace('.', '\\.')}\\b`);
    expect(sources.some(({ code }) => pattern.test(code))).toBe(true);
  });

  it('price a page by the size that the planner takes, and no page for less than its items', () => {
    const page = (first: string) => cost(`{ incidents${first} { nodes { reference } } }`);
    expect(page('')).toBe(1 + PAGE_SIZE.default);
    expect(page(`(first: ${PAGE_SIZE.maximum})`)).toBe(1 + PAGE_SIZE.maximum);
    const ids = Array.from({ length: MAX_NODE_IDS }, (_, index) => `Incident:${index}`);
    expect(cost('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids })).toBe(MAX_NODE_IDS);
    expect(cost('{ parties { code } }')).toBe(COST.unsizedList);
  });

  it.each([
    ['PageArgs', `Size of the page, ${PAGE_SIZE.minimum} to ${PAGE_SIZE.maximum}; ${PAGE_SIZE.default} when`],
    ['nodes', `null where the viewer sees none; at most ${MAX_NODE_IDS}.`],
    ['NearInput', `more than 0 and at most ${limits.MAX_RADIUS_KM}.`],
    ['IncidentOrder', `if more than ${limitText(limits.MAX_RANKED_MATCHES)} match`],
    ['search', `Full text of at most ${MAX_LENGTH.searchText} characters`],
    ['title', `in a line of at most ${limitText(MAX_LENGTH.title)} characters`],
    ['narrative', `in full: at most ${limitText(MAX_LENGTH.narrative)} characters`],
    ['statement', `words, at most ${limitText(MAX_LENGTH.remark)} characters`],
    ['sourceUrl', `address of at most ${limitText(MAX_LENGTH.url)} characters`],
    ['idempotencyKey', `1 to ${limitText(MAX_LENGTH.idempotencyKey)} characters`],
    ['jti', `1 to ${limitText(MAX_LENGTH.tokenId)} characters`],
    ['claims', `at most ${MAX_ITEMS.claims} claims`],
    ['casualties', `at most ${MAX_ITEMS.casualties} groups`],
    ['provisions', `it concerns, at most ${MAX_ITEMS.provisions}.`],
    ['groupBy', `at most ${MAX_ITEMS.dimensions}; an empty list`],
    ['killed', `Number killed, 0 to ${limitText(limits.MAX_CASUALTIES)}.`],
  ])('the schema states the limit of %s', (_what, words) => {
    expect(printSchema(schema).replace(/\s+/g, ' ')).toContain(words);
  });
});

describe('descriptions', () => {
  it('read every limit instead of repeating it', () => {
    const repeated = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/description:\s*['"`][^'"`]*\bat most \d[^'"`]*/g)].map(
        ([words]) => `${file}: ${words}`,
      ),
    );
    expect(repeated).toEqual([]);
  });
});

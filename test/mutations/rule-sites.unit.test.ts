import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { everyone } from '../../src/planner/model.js';
import { ruleNamesIn, ruleSites, withSwitches } from './rule-sites.js';

const NAMES = new Set(['everyone', 'ownNation', 'seenByAudience']);

const rulesOf = (source: string) =>
  withSwitches(source, 'file.ts', NAMES).sites.map(({ rule, table }) => [table, rule]);

describe('row rules are found by the structure of the source', () => {
  it.each([
    ['on one line', `const t = { rows: { table: 'claim', rule: seenByAudience } };`, 'seenByAudience'],
    [
      'over several lines, with members behind it',
      `const t = {\n  rows: {\n    table: 'claim',\n    rule:\n      // The audience is the incident's.\n      seenByAudience,\n    isReference: true,\n  },\n};`,
      'seenByAudience',
    ],
    [
      'as a function of its own',
      `const t = { rows: { rule: (row, audience) => all([\n  seenByAudience(row, audience),\n  ownNation(row, audience),\n]), table: 'claim' } };`,
      '(row, audience) => all([ seenByAudience(row, audience), ownNation(row, audience), ])',
    ],
    [
      'as a choice',
      `f({ table: 'claim', rule: isOwn ? ownNation : everyone })`,
      'isOwn ? ownNation : everyone',
    ],
    ['by a short name', `const rule = make(); f({ table: 'claim', rule });`, 'rule'],
  ])('%s', (_, source, rule) => {
    expect(rulesOf(source)).toEqual([['claim', rule]]);
  });

  it('in calls and arguments, however they are laid out', () => {
    expect(rulesOf('const a = seenByAudience(\n  (column) =>\n    raw(column),\n  nation,\n);')).toEqual([
      [null, 'seenByAudience'],
    ]);
    expect(rulesOf('restrict(\n  ownNation,\n)')).toEqual([[null, 'ownNation']]);
  });

  it.each([
    ['a rule that is open to everyone', `const t = { rows: { table: 'place', rule: everyone } };`],
    ['an import', `import { seenByAudience } from './audience-mask.js';`],
    ['the declaration', 'export const ownNation: RowRule = (row) => row;'],
    ['a rule of something else', `const t = { rule: 'length', sentence: 'x' };`],
    [
      'a rule that is applied',
      'return { table: raw(type.rows.table), rule: type.rows.rule(row, audience) };',
    ],
    ['a member of another object', 'policies.ownNation()'],
  ])('but not %s', (_, source) => {
    expect(rulesOf(source)).toEqual([]);
  });

  it('by their declared type', () => {
    expect(
      ruleNamesIn('export const a: RowRule = b;\nconst c:\n  RowRule = (row) => row;\nconst d = 1;'),
    ).toEqual(['a', 'c']);
  });
});

describe('a switched rule', () => {
  it('holds while it is on, and lets every row through when it is off', () => {
    const { source, sites } = withSwitches(
      `return {\n  table: 'claim',\n  rule:\n    hidden,\n}.rule;`,
      'file.ts',
      NAMES,
    );
    class Sql {
      constructor(readonly parts: readonly string[]) {}
    }
    const rule = new Function('hidden', source)(() => 'hidden') as (
      row: () => Sql,
      audience: string,
    ) => unknown;
    expect(rule(() => new Sql([]), 'TUR')).toBe('hidden');
    globalThis.merziliOff = new Set(sites.map(({ id }) => id));
    try {
      expect(rule(() => new Sql([]), 'TUR')).toEqual(new Sql(['true']));
    } finally {
      globalThis.merziliOff = undefined;
    }
  });
});

describe('the rules of the server', () => {
  const sites = ruleSites();

  it('are no fewer than were found by the pattern before', () => {
    expect(sites.length).toBeGreaterThanOrEqual(14);
    expect(sites.filter(({ table }) => table === null).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['src/feed/event-log.ts#1', 'src/modules/incidents/write/incident.lock.ts#1']),
    );
  });

  it('are those of every type that is read under a rule', () => {
    const tables = [...createSchema().model.values()].flatMap(({ rows }) =>
      rows === 'partOfOwner' || rows.rule === everyone ? [] : [rows.table],
    );
    expect(tables.length).toBeGreaterThan(5);
    expect(tables.filter((table) => !sites.some((site) => site.table === table))).toEqual([]);
  });
});

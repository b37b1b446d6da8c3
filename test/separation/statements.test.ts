import 'reflect-metadata';
import { expect, it } from 'vitest';
import { readWithoutRule, withoutRule } from './statements.js';

it('every statement of the server carries the row rule of every table it reads', async () => {
  expect(await readWithoutRule()).toEqual([]);
});

it('a statement without a rule is noticed, and so is one with the rule of another table or audience', () => {
  expect(withoutRule('select 1 from incident t1 where (t1.audience & 1) <> 0', 'TUR')).toEqual([]);
  expect(withoutRule('select 1 from incident t1 where (t1.audience & 1) <> 0', 'RUS')).toEqual(['incident']);
  expect(withoutRule('select 1 from incident t1, claim t2 where (t1.audience & 1) <> 0', 'TUR')).toEqual([
    'claim',
  ]);
  expect(withoutRule('select 1 from incident where (audience & 1) <> 0', 'TUR')).toEqual(['incident']);
  expect(withoutRule("select 1 from assessment_note t3 where t3.nation = 'TUR'", 'RUS')).toEqual([
    'assessment_note',
  ]);
});

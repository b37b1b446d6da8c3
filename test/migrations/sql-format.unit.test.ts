import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS_FOLDER } from '../../migrations/migration.js';
import { MIGRATIONS } from '../../migrations/series.js';

const FOLDER = join(MIGRATIONS_FOLDER, 'sql');
const LINE_WIDTH = 110;
const UPPER_CASE_KEYWORD =
  /\b(SELECT|FROM|WHERE|CREATE|TABLE|INSERT|UPDATE|DELETE|BEGIN|END|RETURNS|NOT NULL)\b/;

/** What is wrong with the layout of a line; null where nothing is. */
function problemOf(line: string): string | null {
  if (line.includes('\t')) return 'a tab';
  if (/\s$/.test(line)) return 'a space at the end';
  if (line.length > LINE_WIDTH) return `more than ${LINE_WIDTH} columns`;
  if (UPPER_CASE_KEYWORD.test(line.replace(/--.*|'[^']*'/g, ''))) return 'a keyword in capitals';
  return null;
}

describe('SQL of migrations', () => {
  it.each(readdirSync(FOLDER))('%s is laid out as the others', (file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    const problems = text.split('\n').flatMap((line, index) => {
      const problem = problemOf(line);
      return problem === null ? [] : [`${index + 1}: ${problem}`];
    });
    expect(problems).toEqual([]);
    expect(text).toMatch(/[^\n]\n$/);
  });

  it.each(readdirSync(FOLDER))('%s is run by the migration of its number', (file) => {
    const migration = MIGRATIONS.find(({ name }) => name.slice(0, 4) === file.slice(0, 4));
    expect(readFileSync(join(MIGRATIONS_FOLDER, `${migration?.name}.ts`), 'utf8')).toContain(`'${file}'`);
  });

  it('notices what is laid out otherwise', () => {
    const lines = ['\tselect 1;', 'select 1; ', `-- ${'x'.repeat(LINE_WIDTH)}`, 'SELECT 1;'];
    expect(lines.map(problemOf)).not.toContain(null);
    expect(problemOf("  select 'UPDATE' from place; -- DELETE")).toBeNull();
  });
});

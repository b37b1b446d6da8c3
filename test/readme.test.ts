import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');
/** What stands in backticks in the first column of the table under a heading. */
function named(heading: string): string[] {
  const section = read('README.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

it('README has a line for every folder of src', () => {
  const folders = readdirSync(join(PACKAGE_ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${name}/`);
  const lines = named('Folders').map((name) => name.replace(/^src\//, ''));
  expect(lines.filter((name) => folders.includes(name)).sort()).toEqual(folders.sort());
});

it('README has a line for every variable of the configuration', () => {
  const variables = [...read('src', 'config.ts').matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
  expect(named('Configuration').sort()).toEqual(variables.sort());
});

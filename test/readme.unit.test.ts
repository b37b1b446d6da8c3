import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');

/** The codes in backticks in the first column of the tables under a heading of README. */
function named(heading: string): string[] {
  const section = read('README.md').split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1] ?? '');
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

/** Folders of `src/` that README describes one by one; below the others, one line is enough. */
const OPENED = ['src/', 'src/modules/', 'src/modules/incidents/'];

function foldersOf(parent: string): string[] {
  return readdirSync(join(PACKAGE_ROOT, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${parent}${name}/`);
}

/** Whether a path exists; its last part may hold `*`. */
function isThere(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(PACKAGE_ROOT, path));
  const folder = join(PACKAGE_ROOT, dirname(path));
  const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  return existsSync(folder) && readdirSync(folder).some((name) => pattern.test(name));
}

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'data/README.md',
  'bench/README.md',
  ...readdirSync(join(PACKAGE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].filter((name) => existsSync(join(PACKAGE_ROOT, name)));

describe('README', () => {
  it('has a line for every folder of src', () => {
    const lines = named('Folders').filter((name) => name.startsWith('src/'));
    expect(lines.sort()).toEqual(OPENED.flatMap(foldersOf).sort());
  });

  it('has a line for every variable of the configuration', () => {
    const source = read('src', 'common', 'config.ts');
    const variables = [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]);
    expect(variables.length).toBeGreaterThan(10);
    expect(named('Configuration').sort()).toEqual(variables.sort());
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document).replace(/^```.*?^```$/gms, '');

  it('names files that exist', () => {
    const paths = [...text.matchAll(/`((?:\.ci|bench|bin|data|docs|migrations|schema|src|test)\/[^`\s]*)`/g)];
    const missing = paths
      // Names with a placeholder, and those of the noun that README adds, stand for files to come.
      .filter(([, path = '']) => !/[<>{]|patrol|NNNN/.test(path))
      .map(([, path = '']) => path)
      .filter((path) => !isThere(path));
    expect(missing).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
    const folder = join(PACKAGE_ROOT, dirname(document));
    expect(links.filter((link) => !existsSync(join(folder, link)))).toEqual([]);
  });
});

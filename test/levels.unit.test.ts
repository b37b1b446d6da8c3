import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

/**
 * The folders of `src/`, from the top of the house to its ground: a table of contents. A file imports from
 * its own folder and from folders below its line, and from nowhere else. Folders on one line do not know
 * each other. A folder that is named with rooms (`incidents/read`) is a folder of its own in its modules' line.
 */
const LEVELS = [
  ['cli'],
  ['app'],
  ['imports'],
  ['modules/reports'],
  ['modules/nodes'],
  ['modules/statistics'],
  ['modules/events'],
  ['modules/incidents'],
  ['modules/tokens'],
  ['modules/centre'],
  ['modules/agreements'],
  ['modules/officials'],
  ['modules/vocabularies'],
  ['modules/places'],
  ['modules/parties'],
  ['modules/search'],
  ['graphiql'],
  ['http', 'observability'],
  ['execution'],
  ['mutations', 'feed'],
  ['planner'],
  ['graphql-types', 'demand', 'context'],
  ['i18n', 'auth', 'database'],
  ['csv'],
  ['domain', 'common'],
] as const;

const SOURCE = join(PACKAGE_ROOT, 'src');

const FILES = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .sort();

/** The files that each file of `src/` imports, as paths below `src/`; `.js` in an import stands for `.ts` or `.tsx`. */
const IMPORTS = new Map(FILES.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g)].flatMap(
    ([, specifier = '']) => {
      const path = relative(SOURCE, join(SOURCE, dirname(file), specifier)).replace(/\.js$/, '');
      return [`${path}.ts`, `${path}.tsx`].filter((candidate) => FILES.includes(candidate));
    },
  );
}

/** The folder of {@link LEVELS} that a file is in, and its level: 0 is the ground. */
function placeOf(file: string): { readonly folder: string; readonly level: number } | null {
  for (const [index, folders] of LEVELS.entries()) {
    const folder = folders.find((name) => file.startsWith(`${name}/`));
    if (folder) return { folder, level: LEVELS.length - 1 - index };
  }
  return null;
}

function describeImport(from: string, to: string): string {
  return `src/${from} -> src/${to}`;
}

/** Every way from a file back to itself, each as the list of its files. */
function findCycles(): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file].join(' -> '));
    if (start >= 0 || done.has(file)) return;
    for (const next of IMPORTS.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of FILES) visit(file, []);
  return cycles;
}

describe('levels only go down', () => {
  it('every file of src/ is in a folder that has a level', () => {
    expect(FILES.filter((file) => placeOf(file) === null)).toEqual([]);
  });

  it('every folder of the table exists', () => {
    const missing = LEVELS.flat().filter((folder) => !FILES.some((file) => file.startsWith(`${folder}/`)));
    expect(missing).toEqual([]);
  });

  it('a file imports from its own folder and from lower levels only', () => {
    const wrong = [...IMPORTS].flatMap(([from, imports]) =>
      imports
        .filter((to) => {
          const [importer, imported] = [placeOf(from), placeOf(to)];
          if (!importer || !imported || importer.folder === imported.folder) return false;
          return importer.level <= imported.level;
        })
        .map((to) => describeImport(from, to)),
    );
    expect(wrong).toEqual([]);
  });

  it('no file imports itself by way of others', () => {
    expect(findCycles()).toEqual([]);
  });

  it('within a module, entities and policies know neither reads nor services, and only resolvers know resolvers', () => {
    const wrong = [...IMPORTS].flatMap(([from, imports]) =>
      imports
        .filter((to) => {
          if (!from.startsWith('modules/') || !to.startsWith('modules/')) return false;
          if (to.endsWith('.resolver.ts')) return !from.endsWith('.resolver.ts');
          return /\.(read|service)\.ts$/.test(to) && /\.(entity|policy)\.ts$/.test(from);
        })
        .map((to) => describeImport(from, to)),
    );
    expect(wrong).toEqual([]);
  });
});

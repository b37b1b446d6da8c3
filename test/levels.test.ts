import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

/** Folders of src in the order in which they may be imported: each only from those before it. */
const SLICES = [
  'parties',
  'places',
  'officials',
  'agreements',
  'centre',
  'incidents',
  'statistics',
  'reports',
  'nodes',
] as const;
/** Rooms that know no slice. */
const ROOMS = [
  'access',
  'labels',
  'read',
  'write',
  'database',
  'search',
  'demand',
  'watch',
  'graphiql',
] as const;
/** Doors to the outside, which may know everything. */
const DOORS = ['events', 'imports', 'cli'] as const;
/** Where a room must name a slice's declarations to assemble them. */
const ASSEMBLY: Readonly<Record<string, readonly string[]>> = {
  'src/app/data-source.ts': ['src/app/entities.ts'],
};

const SOURCE = join(PACKAGE_ROOT, 'src');

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/from '(\.[^']+)\.js'/g)].map((match) =>
    relative(PACKAGE_ROOT, join(dirname(file), `${match[1]}.ts`)),
  );
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

const sliceOf = (path: string): number => SLICES.findIndex((slice) => path.startsWith(`src/${slice}/`));
/** node.type.ts is the interface that every slice implements. */
const isShared = (path: string): boolean => path === 'src/graphql-types/node.type.ts';

describe('imports go one way', () => {
  it('every folder is a slice, a room or a door', () => {
    const folders = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...SLICES, ...ROOMS, ...DOORS].sort());
  });

  it.each(SLICES)('%s imports no slice that comes after it', (slice) => {
    const backwards = files(join(SOURCE, slice)).flatMap((file) =>
      importsOf(file)
        .filter((path) => sliceOf(path) > SLICES.indexOf(slice) && !isShared(path))
        .map((path) => `${relative(PACKAGE_ROOT, file)} -> ${path}`),
    );
    expect(backwards).toEqual([]);
  });

  it.each(ROOMS)('%s knows no slice', (room) => {
    const known = files(join(SOURCE, room)).flatMap((file) =>
      importsOf(file)
        .filter((path) => sliceOf(path) >= 0 && !isShared(path))
        .filter((path) => !ASSEMBLY[relative(PACKAGE_ROOT, file)]?.includes(path))
        .map((path) => `${relative(PACKAGE_ROOT, file)} -> ${path}`),
    );
    expect(known).toEqual([]);
  });

  it('within a slice: policies and reads know no resolver, entities know neither', () => {
    const wrong = SLICES.flatMap((slice) => files(join(SOURCE, slice))).flatMap((file) =>
      importsOf(file)
        .filter((path) => {
          if (path.endsWith('.resolver.ts')) return !file.endsWith('.resolver.ts');
          if (/\.(read|service)\.ts$/.test(path))
            return file.endsWith('.entity.ts') || file.endsWith('.policy.ts');
          return false;
        })
        .map((path) => `${relative(PACKAGE_ROOT, file)} -> ${path}`),
    );
    expect(wrong).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/series.js';
import { mismatchOf } from '../../src/app/applied-migrations.js';
import {
  CHECKSUMS_PATH,
  type ChecksumFile,
  hashFiles,
  hasLanded,
  type KnownMigration,
  packageVersion,
  parseChecksums,
  updateChecksums,
} from '../../src/app/checksums.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';

const names = MIGRATIONS.map(({ name }) => name);
const committed = async (): Promise<ChecksumFile> => parseChecksums(await readFile(CHECKSUMS_PATH, 'utf8'));

describe('migrations/checksums.json', () => {
  it.each(names)("has the checksums of %s: run 'npm run checksums' where it has not landed", async (name) => {
    expect((await committed())[name]?.files).toEqual(await hashFiles(name));
  });

  it('names the migrations of the series and no other, numbered in order', async () => {
    expect(Object.keys(await committed())).toEqual(names);
    const numbers = names.map((name) => Number(/^(\d{4})-[a-z]+-[a-z-]+$/.exec(name)?.[1]));
    // Numbers are given out before work begins, and some are not used.
    expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  });

  it('still has every migration that landed as it was when package.json took its version', async (context) => {
    const landed = landedByHistory(packageVersion());
    if (landed === null) return context.skip('no history of the version');
    expect(await committed()).toMatchObject(landed);
  });
});

describe('npm run checksums', () => {
  const landed: ChecksumFile = {
    '0001-create-record': { writtenAfter: '0.0.1', files: { 'a.ts': 'other' } },
  };

  it('enters a new migration with the present version', async () => {
    const { entries, changed } = await updateChecksums({}, names, '9.0.0');
    expect(changed).toEqual([]);
    expect(Object.keys(entries)).toEqual(names);
    expect(Object.values(entries).every((entry) => !hasLanded(entry, '9.0.0'))).toBe(true);
  });

  it('renews the checksums of one that has not landed', async () => {
    const { entries, changed } = await updateChecksums(landed, names.slice(0, 1), '0.0.1');
    expect(changed).toEqual([]);
    expect(entries['0001-create-record']?.files).toEqual(await hashFiles('0001-create-record'));
  });

  it('refuses to alter one that has landed, or to leave it out', async () => {
    expect((await updateChecksums(landed, names, '0.0.2')).changed).toEqual(['0001-create-record']);
    expect((await updateChecksums(landed, [], '0.0.2')).changed).toEqual(['0001-create-record']);
  });
});

describe('a database of other migrations', () => {
  const first: KnownMigration = { name: '0001-create-record', checksum: 'a', compatibleWith: null };
  const second: KnownMigration = { name: '0002-add-patrol', checksum: 'b', compatibleWith: null };
  const mismatch = (database: Parameters<typeof mismatchOf>[0], code = [first, second]) =>
    mismatchOf(database, code, '0.2.0');

  it('is taken when it has the same migrations, some of them, or none', () => {
    for (const database of [[first, second], [first], []]) expect(mismatch(database)).toBeNull();
  });

  it('is refused by the name of the migration, in one sentence that says what to do', () => {
    const refused = [
      mismatch([{ ...first, checksum: null }]),
      mismatch([first, { ...second, checksum: 'c' }]),
      mismatch([first, second], [first]),
    ];
    const named = ['0001-create-record', '0002-add-patrol', '0002-add-patrol'];
    for (const [index, sentence] of refused.entries()) {
      expect(sentence).toMatch(new RegExp(`igration ${named[index]}[ ,]`));
      expect(sentence).toMatch(
        /^[^:]*: start the version that wrote it, or set [^:]*; nothing has been changed$/,
      );
    }
  });

  it('is taken by the release that its newer migrations are compatible with, and by no other', () => {
    const compatible = { ...second, compatibleWith: '0.2.0' };
    expect(mismatch([first, compatible], [first])).toBeNull();
    expect(mismatch([first, { ...second, compatibleWith: '0.3.0' }], [first])).toContain('0002-add-patrol');
    // This version lacks a migration of its own there: the newer one did not follow it.
    expect(mismatch([compatible], [first])).toContain('0002-add-patrol');
    const third = { name: '0003-drop-patrol', checksum: 'c', compatibleWith: null };
    expect(mismatch([first, compatible, third], [first])).toContain('0003-drop-patrol');
  });
});

/** Landed entries as the commit that brought the present version has them; null without git or its history. */
function landedByHistory(version: string): ChecksumFile | null {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: PACKAGE_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const commits = git('log', '--format=%H', `-S"version": "${version}"`, '--', 'package.json').split('\n');
    const commit = commits[0];
    if (!commit || git('rev-parse', '--is-shallow-repository').trim() === 'true') return null;
    const entries = parseChecksums(git('show', `${commit}:migrations/checksums.json`));
    return Object.fromEntries(Object.entries(entries).filter(([, entry]) => hasLanded(entry, version)));
  } catch {
    return null;
  }
}

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOutput, writeNewOutputs, writeOutput } from '../../src/common/output-files.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-output-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an output file', () => {
  it('appears whole, in the place of one that was there, and leaves nothing beside it', async () => {
    const path = join(folder, 'a.html');
    await writeFile(path, 'old');
    await writeOutput({ path, content: 'new', mode: 0o600 });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['a.html']);
  });

  it.each([
    ['a missing folder', 'missing/a.pdf', 'there is no folder'],
    ['a folder of that name', 'folder.pdf', 'is a folder: name a file'],
    ['a file where a folder is named', 'file/a.pdf', 'is no folder'],
    ['a device', '../../dev/full', 'is no ordinary file'],
    ['a name that is too long', `${'n'.repeat(300)}.pdf`, 'its name is too long'],
  ])('is refused in one sentence, before and after the work: %s', async (_, name, words) => {
    await mkdir(join(folder, 'folder.pdf'));
    await writeFile(join(folder, 'file'), '');
    const path = name.startsWith('..') ? '/dev/full' : join(folder, name);
    for (const step of [checkOutput(path), writeOutput({ path, content: 'x' })]) {
      const error: unknown = await step.catch((reason: unknown) => reason);
      if (!(error instanceof Error)) throw new Error('written');
      expect(error.message).toContain(words);
      expect(error.message).not.toContain('\n');
    }
    expect((await readdir(folder)).sort()).toEqual(['file', 'folder.pdf']);
  });

  it.skipIf(process.getuid?.() === 0)('is refused without the right to write', async () => {
    await chmod(folder, 0o500);
    await expect(checkOutput(join(folder, 'a.pdf'))).rejects.toThrow('there is no permission to write');
    await chmod(folder, 0o700);
  });

  it('is a new one where it replaces a symbolic link, so that what the link names is left alone', async () => {
    await writeFile(join(folder, 'precious'), 'mine');
    await symlink(join(folder, 'precious'), join(folder, 'link'));
    await writeOutput({ path: join(folder, 'link'), content: 'new' });
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('new');
  });
});

describe('new output files', () => {
  it('are all written or none, and never in the place of others', async () => {
    await writeFile(join(folder, 'b'), 'mine');
    const files = ['a', 'b'].map((name) => ({ path: join(folder, name), content: 'new' }));
    await expect(writeNewOutputs(files)).rejects.toThrow('b was not written: it is there already');
    expect(await readdir(folder)).toEqual(['b']);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('mine');
  });
});

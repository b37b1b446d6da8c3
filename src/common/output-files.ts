import { randomUUID } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, errorMessage } from './thrown.js';

interface OutputFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Permissions of the file; 0o644 if not given. */
  readonly mode?: number;
}

/** A file was not written, in one sentence that names it. */
class OutputError extends Error {}

/** Writes a file that appears whole or not at all, in the place of one that is there. Throws a sentence otherwise. */
export async function writeOutput(file: OutputFile): Promise<void> {
  const draft = await writeDraft(file);
  await orRemove(draft, rename(draft, file.path).catch(refuse(file.path)));
}

/** As {@link writeOutput}, but all of them or none, and never in the place of a file that is there. */
export async function writeNewOutputs(files: readonly OutputFile[]): Promise<void> {
  const made: string[] = [];
  try {
    for (const file of files) {
      const draft = await writeDraft(file);
      await link(draft, file.path)
        .catch(refuse(file.path))
        .finally(() => rm(draft, { force: true }));
      made.push(file.path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
}

/** Throws a sentence if no file could be written there, before the work that makes its content. */
export async function checkOutput(path: string): Promise<void> {
  await rm(await writeDraft({ path, content: '' }), { force: true });
}

/** Writes beside the path, through to the disk, and answers where. */
async function writeDraft({ path, content, mode = 0o644 }: OutputFile): Promise<string> {
  const there = await stat(path).catch((error: unknown) =>
    codeOf(error) === 'ENOENT' ? null : refuse(path)(error),
  );
  if (there?.isDirectory()) throw new OutputError(`${path} is a folder: name a file`);
  if (there && !there.isFile()) throw new OutputError(`${path} is no ordinary file`);
  const draft = join(dirname(resolve(path)), `.${basename(path).slice(0, 100)}.${randomUUID()}`);
  const handle = await open(draft, 'wx', mode).catch(refuse(path));
  const write = async (): Promise<void> => {
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
  };
  await orRemove(draft, write().catch(refuse(path)));
  return draft;
}

async function orRemove(draft: string, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Turns an error of the file system into a sentence. */
function refuse(path: string): (error: unknown) => never {
  return (error) => {
    throw new OutputError(`${path} was not written: ${reasonOf(error, path)}`, { cause: error });
  };
}

function reasonOf(error: unknown, path: string): string {
  switch (codeOf(error)) {
    case 'ENOENT':
      return `there is no folder ${dirname(resolve(path))}`;
    case 'ENOTDIR':
      return `${dirname(resolve(path))} is no folder`;
    case 'EEXIST':
      return 'it is there already; move it away, or choose another folder';
    case 'EACCES':
    case 'EPERM':
      return `there is no permission to write in ${dirname(resolve(path))}`;
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      return errorMessage(error);
  }
}

import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf } from '../../common/thrown.js';
import { identityOf, isRunning, type ProcessIdentity } from './processes.js';

const holderSchema = z.object({ pid: z.number().int(), started: z.string() });

/**
 * Takes the data directory for this process, until the returned function is called or the process is
 * gone. Rejects when a living process has it, and then has changed nothing.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'server.lock');
  const draft = `${path}.${randomUUID()}`;
  // The mark makes each lock's text unlike any other's.
  await writeFile(draft, JSON.stringify({ ...identityOf(process.pid), mark: draft }), { mode: 0o644 });
  try {
    const holder = await take(path, draft);
    if (holder !== null) {
      throw new Error(
        `${dataDir} is in use by process ${holder.pid}: stop that one first, or set MERZILI_DATA_DIR to another folder`,
      );
    }
  } finally {
    await unlink(draft);
  }
  return () => rm(path, { force: true });
}

/**
 * Puts `draft` under the name `path`, or tells which living process was there first. A dead one's lock is
 * replaced only by who holds the lock on replacing that very text, so of many starters one gets through.
 */
async function take(path: string, draft: string): Promise<ProcessIdentity | null> {
  while (!(await linkUnlessThere(draft, path))) {
    const text = await readIfThere(path);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder !== null && isRunning(holder)) return holder;
    const claim = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    if ((await take(claim, draft)) !== null) {
      await sleep(5);
      continue;
    }
    try {
      if ((await readIfThere(path)) !== text) continue;
      await link(draft, `${draft}.copy`);
      await rename(`${draft}.copy`, path);
      return null;
    } finally {
      await unlink(claim);
    }
  }
  return null;
}

/** A full file appears under the name at once, so nobody ever reads half a lock. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function parseHolder(text: string): ProcessIdentity | null {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

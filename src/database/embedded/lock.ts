import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { codeOf } from '../../common/thrown.js';
import { identityOf, isRunning, type ProcessIdentity } from './processes.js';

const holderSchema = z.object({ pid: z.number().int(), started: z.string() });

/**
 * Locks the data directory until the returned function is called or the process ends. Rejects, having changed
 * nothing, if a running process holds the lock.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const path = join(dataDir, 'server.lock');
  const draft = `${path}.${randomUUID()}`;
  // The mark makes the text of each lock unique.
  await writeFile(draft, JSON.stringify({ ...identityOf(process.pid), mark: draft }), { mode: 0o644 });
  try {
    const holder = await acquire(path, draft);
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
 * Links `draft` to `path`, or returns the running process that holds `path`. The lock of a dead process is replaced
 * only by the process that locks the replacement of this very text, so that one of several starting processes
 * succeeds.
 */
async function acquire(path: string, draft: string): Promise<ProcessIdentity | null> {
  while (!(await linkUnlessExists(draft, path))) {
    const text = await readIfExists(path);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (holder !== null && isRunning(holder)) return holder;
    const claim = `${path}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    if ((await acquire(claim, draft)) !== null) {
      await sleep(5);
      continue;
    }
    try {
      if ((await readIfExists(path)) !== text) continue;
      await link(draft, `${draft}.copy`);
      await rename(`${draft}.copy`, path);
      return null;
    } finally {
      await unlink(claim);
    }
  }
  return null;
}

/** A link makes the complete file visible at once, so no reader sees a partial lock. */
async function linkUnlessExists(from: string, to: string): Promise<boolean> {
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

async function readIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

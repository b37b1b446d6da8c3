import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { errorMessage } from '../../common/thrown.js';
import { chooseAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { createCluster, findDataOwner, hasCluster } from './cluster.js';
import { makeCredentials, readCredentials } from './credentials.js';
import { lockDataDir } from './lock.js';
import { ensureOwner } from './owner.js';
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.js';
import { stopLeftover } from './previous-server.js';
import { startRestartingPostmaster } from './restarts.js';
import { serverLog } from './server-log.js';
import { availableMemory, settingsFor } from './tuning.js';

const RESTORE = 'restore credentials.json from your backup, or move the folder away to begin anew';

/** An embedded PostgreSQL server on 127.0.0.1. It stops when this process ends. */
export interface EmbeddedDatabase {
  /** Connection URL of the role that owns the database `merzili`. The role may create roles and databases. */
  ownerUrl: string;
  /** 32 random bytes in hexadecimal, the same at every start on this data directory. */
  secret: string;
  /** Stops the server and unlocks the data directory. Close connections first. Further calls have no effect. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Created if absent. Holds the cluster, its passwords, its log and the lock. */
  dataDir: string;
  /** Receives a line for each step that takes time or needs attention. */
  log: (line: string) => void;
  /** PostgreSQL settings that override the usual ones. */
  settings?: Record<string, string>;
  /**
   * Given, the server is started again when it ends by itself, on the same port. Receives the reason when that does not
   * help. Absent, the server is not started again.
   */
  onLost?: (error: Error) => void;
}

/**
 * Starts PostgreSQL on `dataDir` and creates the database the first time. Stops a server that a killed process left
 * running. Rejects with a sentence for the operator; nothing runs then.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const dataDir = resolve(options.dataDir);
  try {
    return await start(dataDir, options);
  } catch (error) {
    throw explain(error, dataDir);
  }
}

async function start(dataDir: string, { log, settings, onLost }: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const cluster = join(dataDir, 'postgres');
  const dataOwner = await findDataOwner(cluster);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const unlock = await lockDataDir(dataDir);
  try {
    const account = await chooseAccount(dataOwner, log);
    const binaries = await findBinaries(account, dataDir, log);
    const allSettings = { ...settingsFor(availableMemory()), ...settings };
    let credentials = await readCredentials(dataDir);
    if (await hasCluster(cluster, binaries.major)) {
      if (credentials === null) throw new Error(`The passwords of ${cluster} are gone: ${RESTORE}`);
      await stopLeftover(cluster, log);
    } else {
      log(`Making a new database in ${dataDir}`);
      credentials ??= await makeCredentials(dataDir);
      await createCluster(cluster, binaries, account, credentials.superuser, allSettings.fsync !== 'off');
    }
    const output = serverLog(join(dataDir, 'postgres.log'));
    const server = { cluster, binaries, account, settings: allSettings, serverLog: output, log };
    const postmaster = await (onLost ? startRestartingPostmaster(server, onLost) : startOnce(server));
    try {
      const { ownerUrl } = await ensureOwner(postmaster.port, credentials);
      let stopped: Promise<void> | null = null;
      const stop = () => (stopped ??= postmaster.stop().then(unlock));
      return { ownerUrl, secret: credentials.secret, stop };
    } catch (error) {
      await postmaster.stop();
      throw error;
    }
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Reports in one line if the server ends by itself. */
async function startOnce(options: PostmasterOptions): Promise<Postmaster> {
  const postmaster = await startPostmaster(options);
  void postmaster.endedByItself.then((end) =>
    options.log(`The database ended by itself (${end}), see ${options.serverLog.path}`),
  );
  return postmaster;
}

/** Turns errors of the operating system into sentences that name the remedy. */
function explain(error: unknown, dataDir: string): unknown {
  const message = errorMessage(error);
  if (/ENOSPC|No space left on device/.test(message)) {
    return new Error(`The disk that holds ${dataDir} is full: make room and start again`, { cause: error });
  }
  if (/^(E[A-Z]+: |initdb: .*Permission denied)/s.test(message)) {
    return new Error(
      `${dataDir} cannot be used (${message}): set MERZILI_DATA_DIR to a folder this user may read and write`,
      { cause: error },
    );
  }
  return error;
}

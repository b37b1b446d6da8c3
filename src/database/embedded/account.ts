import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A user of the operating system. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const OWN_NAME = 'merzili';
const KNOWN_NAMES = ['postgres', '_postgres', OWN_NAME];

/** Ways to make a system user: shadow-utils (most of Linux), then BusyBox. */
const USER_MAKERS: readonly (readonly [string, readonly string[]])[] = [
  ['useradd', '--system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin'],
  ['adduser', '-S -D -H -s /sbin/nologin'],
].map(([command = '', options = '']) => [command, [...options.split(' '), OWN_NAME]]);

/**
 * The user that PostgreSQL runs as. Null unless this process is root, because PostgreSQL does not run as root. Then
 * it is the owner of an existing data directory, otherwise the user `postgres` or `merzili`, which is created if
 * needed, otherwise `nobody`.
 */
export async function chooseAccount(
  dataOwner: { uid: number; gid: number } | null,
  log: (line: string) => void,
): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null;
  if (dataOwner !== null) return { name: `uid ${dataOwner.uid}`, uid: dataOwner.uid, gid: dataOwner.gid };
  for (const name of KNOWN_NAMES) {
    const account = await findAccount(name);
    if (account !== null) {
      log(`PostgreSQL does not run as root: it runs as the user ${name}`);
      return account;
    }
  }
  for (const [command, args] of USER_MAKERS) {
    await execute(command, args).catch(() => undefined);
    const account = await findAccount(OWN_NAME);
    if (account !== null) {
      log(`PostgreSQL does not run as root: made the system user ${OWN_NAME} for it (with ${command})`);
      return account;
    }
  }
  const nobody = (await findAccount('nobody')) ?? { name: 'nobody', uid: 65534, gid: 65534 };
  log('PostgreSQL does not run as root, and no system user could be made for it: it runs as nobody');
  return nobody;
}

async function findAccount(name: string): Promise<Account | null> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = passwd.match(new RegExp(`^${name}:.*$`, 'm'))?.[0].split(':') ?? [];
  if (uid !== undefined && gid !== undefined) return { name, uid: Number(uid), gid: Number(gid) };
  try {
    const [byId, groupById] = await Promise.all([execute('id', ['-u', name]), execute('id', ['-g', name])]);
    return { name, uid: Number(byId.stdout), gid: Number(groupById.stdout) };
  } catch {
    return null;
  }
}

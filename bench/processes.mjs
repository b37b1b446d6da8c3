import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks per second in /proc, the same on every Linux architecture. */
const TICKS = 100;

async function stat(pid) {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1], ticks: fields[11] + fields[12], waitedFor: fields[13] + fields[14] };
  } catch {
    return null;
  }
}

/** CPU seconds of a process and its descendants, including those that ended; null without /proc. */
export async function cpuSeconds(root) {
  const processes = await tree(root);
  if (processes.length === 0) return null;
  return processes.reduce((sum, { ticks, waitedFor }) => sum + ticks + waitedFor, 0) / TICKS;
}

/** Resident memory of a process and its descendants, in MB. */
export async function residentMb(root) {
  let kb = 0;
  for (const { pid } of await tree(root)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    kb += Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return kb / 1024;
}

async function tree(root) {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = new Map();
  await Promise.all(pids.map(async (pid) => all.set(pid, await stat(pid))));
  const belongs = (pid) => {
    for (let at = pid; at > 1; at = all.get(at)?.parent ?? 0) if (at === root) return true;
    return false;
  };
  return pids.filter((pid) => all.get(pid) && belongs(pid)).map((pid) => ({ pid, ...all.get(pid) }));
}

/** Process of the PostgreSQL server behind a connection, when it runs on this machine; else null. */
export async function postmasterOf(client) {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  const name = await readFile(`/proc/${rows[0].pid}/comm`, 'utf8').catch(() => '');
  return name.startsWith('postgres') ? (await stat(rows[0].pid)).parent : null;
}

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';

/** How long one attempt to log in may take. */
const LOGIN_TIMEOUT_MS = 5_000;
const PAUSE_MS = 5_000;
const MAX_SILENCE_MS = 30_000;

interface WatchLimits {
  readonly loginMs: number;
  readonly pauseMs: number;
  readonly silenceMs: number;
}

const LIMITS: WatchLimits = { loginMs: LOGIN_TIMEOUT_MS, pauseMs: PAUSE_MS, silenceMs: MAX_SILENCE_MS };

/**
 * Awaits work on the database for as long as the database answers. A migration or an import may take any time, but a
 * database that accepts connections and stays silent would make it wait for ever. Rejects when no login has been
 * answered for 30 s; `notify` receives a line after 5 s. Any answer counts, a refused login as well.
 */
export async function whileDatabaseAnswers<T>(
  ownerUrl: string,
  notify: (line: string) => void,
  work: () => Promise<T>,
  limits = LIMITS,
): Promise<T> {
  const watch = new AbortController();
  try {
    return await Promise.race([work(), silence(ownerUrl, notify, limits, watch.signal)]);
  } finally {
    watch.abort();
  }
}

/** Rejects when the database has been silent for too long, and when `signal` aborts. */
async function silence(
  ownerUrl: string,
  notify: (line: string) => void,
  { loginMs, pauseMs, silenceMs }: WatchLimits,
  signal: AbortSignal,
): Promise<never> {
  let answeredAt = performance.now();
  let isReported = false;
  for (;;) {
    if (await answersLogin(ownerUrl, loginMs)) {
      answeredAt = performance.now();
      isReported = false;
      await delay(pauseMs, undefined, { signal });
      continue;
    }
    signal.throwIfAborted();
    const silentMs = performance.now() - answeredAt;
    const database = `the database at ${addressOf(ownerUrl)} has not answered for ${Math.round(silentMs / 1000)} s`;
    if (silentMs >= silenceMs) {
      throw new Error(`DATABASE_URL: ${database}; see whether PostgreSQL, or what is in front of it, hangs`);
    }
    if (!isReported) notify(`Waiting: ${database} (DATABASE_URL)`);
    isReported = true;
  }
}

async function answersLogin(ownerUrl: string, timeoutMs: number): Promise<boolean> {
  const client = makeClient(ownerUrl);
  if (client === null) return true;
  const timeout = new AbortController();
  const answer = client.connect().then(
    () => true,
    // Refused, for example by a full server: the work reports it, where it matters.
    () => true,
  );
  const answers = await Promise.race([answer, delay(timeoutMs, false, { signal: timeout.signal })]);
  timeout.abort();
  if (answers) void client.end().catch(() => {});
  else client.connection.stream.destroy();
  return answers;
}

/** Null if the connection string names a file that cannot be read. The work reports that as well. */
function makeClient(ownerUrl: string): Client | null {
  try {
    const client = new Client({ connectionString: ownerUrl, application_name: 'merzili watch' });
    client.on('error', () => {});
    return client;
  } catch {
    return null;
  }
}

function addressOf(ownerUrl: string): string {
  const { host, searchParams } = new URL(ownerUrl);
  return host || searchParams.get('host') || 'localhost';
}

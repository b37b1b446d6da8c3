import type { Client } from 'pg';
import { RoleClient } from '../database/role-client.js';
import type { RoleLogin } from '../database/roles.js';

const CONNECT_TIMEOUT_MS = 2_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

interface Listener {
  close(): Promise<void>;
}

/**
 * Opens a connection that listens for notifications of the database. They have no payload: they say that something
 * has changed. After a lost connection is replaced, `onNotification` is called once, because notifications may have
 * been missed.
 */
export function openListener(
  login: RoleLogin,
  channel: 'incident_event' | 'reference',
  onNotification: () => void,
): Listener {
  let isClosed = false;
  let client: Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let pause = FIRST_PAUSE_MS;

  async function connect(): Promise<void> {
    const fresh = new RoleClient({
      ...login,
      application_name: 'merzili listen',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    client = fresh;
    let isLost = false;
    const lose = (): void => {
      if (isLost) return;
      isLost = true;
      void fresh.end().catch(() => {});
      if (client === fresh) client = null;
      connectLater();
    };
    fresh.on('error', lose);
    fresh.on('end', lose);
    fresh.on('notification', onNotification);
    try {
      await fresh.connect();
      await fresh.query(`listen ${channel}`);
      pause = FIRST_PAUSE_MS;
      onNotification();
    } catch {
      lose();
    }
  }

  function connectLater(): void {
    if (isClosed) return;
    timer = setTimeout(() => void connect(), pause);
    timer.unref();
    pause = Math.min(pause * 2, MAX_PAUSE_MS);
  }

  void connect();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}

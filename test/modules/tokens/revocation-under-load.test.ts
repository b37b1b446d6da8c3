import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type DemoIssuers, openDemoIssuers } from '../../../src/auth/demo-issuers.js';
import type { Nation, Role } from '../../../src/domain/scopes.js';
import { type App, callerOf, startApp } from '../../support/app.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { begun, EVENTS, follow, stream, tokenOf } from '../../support/event-clients.js';
import { aReport, REPORT } from '../../support/writing.js';

/** Requests that hang at the same time: more than the connections of an audience answer in a minute. */
const FLOOD = 60;
const REVOKE = 'mutation ($jti: String!) { revokeToken(input: { jti: $jti }) { revoked } }';
const POLL = { timeout: 10_000, interval: 20 };

let dataDir: string;
let demo: DemoIssuers;
let database: TestDatabase;
/** Two servers on one database, as two processes would be. */
let first: App;
let second: App;
/** A connection of the owner that locks the incidents, so that every statement about them hangs. */
let owner: Client;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-revocation-'));
  demo = await openDemoIssuers(dataDir);
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  first = await startApp({ database, config: { issuersFile: demo.file } });
  second = await startApp({ database, config: { issuersFile: demo.file } });
  owner = new Client({ connectionString: database.url });
  owner.on('error', () => {});
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await second?.stop();
  await first?.stop();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const caller = ({ url }: App, nation: Nation, role: Role, subject = 'somebody') =>
  callerOf(url, demo.issuers, nation, role, { subject });

/** Requests that cannot be answered before `end`, and how many of them have been answered. */
async function flood(send: () => Promise<unknown>) {
  await owner.query('begin; lock table incident in access exclusive mode');
  let answered = 0;
  const requests = Array.from({ length: FLOOD }, () =>
    send().then(
      () => {
        answered += 1;
      },
      () => {},
    ),
  );
  return {
    isOn: () => answered < FLOOD,
    async end() {
      await owner.query('rollback');
      await Promise.all(requests);
    },
  };
}

const revoke = (token: string) =>
  caller(first, 'TUR', 'NATIONAL_ADMIN').query(REVOKE, { jti: String(decodeJwt(token).jti) });

async function statusOf({ url }: App, token: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"query":"{ viewer { subject } }"}',
  });
  return response.status;
}

describe('a revocation', () => {
  it.each(['TUR', 'RUS'] as const)(
    'reaches a second server, its sockets and its streams, while %s floods it with queries',
    async (flooder) => {
      const stolen = await tokenOf(dataDir, 'TUR', 'LIAISON_OFFICER');
      const socket = await follow(second.url, stolen);
      await begun(socket);
      const events = await stream(second.url, stolen, { query: EVENTS });
      const officer = caller(second, flooder, 'LIAISON_OFFICER', 'flooder');
      const flooding = await flood(() => officer.query('{ incidents(first: 1) { nodes { reference } } }'));
      try {
        expect(await revoke(stolen)).toMatchObject({ data: { revokeToken: { revoked: true } } });
        await vi.waitFor(async () => expect(await statusOf(second, stolen)).toBe(401), POLL);
        await socket.ended();
        await events.ended();
        expect(flooding.isOn()).toBe(true);
        expect(socket.closed).toMatchObject({ code: 4403 });
        expect(events.messages).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
      } finally {
        await flooding.end();
        await socket.stop();
        events.abort();
      }
    },
  );

  it('is written and read while officers of the nation flood the server with reports', async () => {
    const stolen = await tokenOf(dataDir, 'TUR', 'LIAISON_OFFICER');
    const officer = caller(first, 'TUR', 'DUTY_OFFICER', 'flooder');
    const flooding = await flood(() => officer.query(REPORT, { input: aReport() }));
    try {
      expect(await revoke(stolen)).toMatchObject({ data: { revokeToken: { revoked: true } } });
      expect(flooding.isOn()).toBe(true);
      await vi.waitFor(async () => expect(await statusOf(second, stolen)).toBe(401), POLL);
    } finally {
      await flooding.end();
    }
  });
});

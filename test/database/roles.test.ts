import { Pool, type PoolConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openReaders } from '../../src/database/readers.js';
import { RoleClient, type RoleClientConfig, WrongRoleError } from '../../src/database/role-client.js';
import { openWriters } from '../../src/database/writers.js';
import { AUDIENCES, NATIONS } from '../../src/domain/scopes.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { installationOf, ROLE_NAMES } from '../support/roles.js';

let database: TestDatabase;
/** Forms of the owner's connection string that carry credentials where they override those before the host. */
let ownerUrls: string[];

beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  const url = new URL(database.url);
  const credentials = new URLSearchParams({ user: url.username, password: url.password });
  ownerUrls = [
    `postgres://${url.host}${url.pathname}?${credentials}`,
    `${database.url}?${credentials}`,
    `postgres://${url.pathname}?host=${url.hostname}&port=${url.port}&${credentials}`,
    `${database.url}?options=${encodeURIComponent('-c default_transaction_read_only=off')}&statement_timeout=0`,
  ];
});
afterAll(() => database.drop());

const WHO = "select format('%s %s', session_user, current_user)";

describe('a role of an audience', () => {
  it.each([0, 1, 2, 3])('logs in whatever the form of the owner’s connection string (%i)', async (form) => {
    const readers = openReaders(installationOf(ownerUrls[form] ?? ''));
    const writers = openWriters(installationOf(ownerUrls[form] ?? ''), 1);
    try {
      for (const audience of AUDIENCES) {
        const role = ROLE_NAMES[audience];
        for (const isHeavy of [false, true]) {
          const [who] = await readers.read(audience, { text: WHO, values: [] }, isHeavy);
          expect(String(who)).toBe(`${role} ${role}`);
        }
        const [settings] = await readers.read(
          audience,
          {
            text: "select current_setting('default_transaction_read_only') || current_setting('statement_timeout')",
            values: [],
          },
          false,
        );
        expect(String(settings)).toBe('on3s');
      }
      for (const nation of NATIONS) {
        const rows = await writers.write(nation, (tx) =>
          tx.read<{ who: string }>({ text: `${WHO} as who`, values: [] }),
        );
        expect(rows).toEqual([{ who: `${ROLE_NAMES[nation]} ${ROLE_NAMES[nation]}` }]);
      }
      expect(await readers.ping()).toBe(true);
    } finally {
      await Promise.all([readers.close(), writers.close()]);
    }
  });

  it('is refused where another role logs in', async () => {
    const client = new RoleClient({ connectionString: database.url, role: ROLE_NAMES.TUR });
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow(`where ${ROLE_NAMES.TUR} was to log in`);
  });

  it('is refused by a pool where another role logs in, before any statement', async () => {
    const options: PoolConfig & RoleClientConfig = {
      connectionString: database.url,
      role: ROLE_NAMES.TUR,
      Client: RoleClient,
    };
    const pool = new Pool(options);
    await expect(pool.query('select 1')).rejects.toThrow(WrongRoleError);
    await pool.end();
  });
});

describe('readiness', () => {
  it('does not depend on the connections of any audience', async () => {
    const readers = openReaders(installationOf(database.url));
    try {
      const busy = AUDIENCES.flatMap((audience) =>
        [0, 1].map(() => readers.read(audience, { text: "select 'x' || pg_sleep(2)", values: [] }, false)),
      );
      let isAnswered = false;
      const first = Promise.race(busy).then(() => {
        isAnswered = true;
      });
      expect(await readers.ping()).toBe(true);
      expect(isAnswered).toBe(false);
      await first;
      await Promise.all(busy);
    } finally {
      await readers.close();
    }
  });
});

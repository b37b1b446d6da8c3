import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { migrate, openMigrated } from '../../src/app/migrate.js';
import { ForeignRolesError } from '../../src/app/role-passwords.js';
import { WrongSecretError } from '../../src/app/secret.js';
import { ConfigError } from '../../src/common/config.js';
import { LOGIN_ROLES, loginAs, ROLE_OF, roleName } from '../../src/database/roles.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

let databases: TestDatabase[];
let prefixes: string[];

beforeEach(() => {
  databases = [];
  prefixes = [];
});
afterEach(async () => {
  await Promise.all(databases.map((database) => database.drop()));
  const client = new Client({ connectionString: inject('ownerUrl') });
  await client.connect();
  for (const prefix of prefixes) {
    for (const role of LOGIN_ROLES) await client.query(`drop role if exists ${roleName(prefix, role)}`);
  }
  await client.end();
});

async function emptyDatabase(): Promise<{ ownerUrl: string; name: string }> {
  const database = await createDatabase(inject('ownerUrl'));
  databases.push(database);
  const name = new URL(database.url).pathname.slice(1);
  prefixes.push(name);
  return { ownerUrl: database.url, name };
}

const newSecret = (): string => randomBytes(32).toString('hex');

async function install(ownerUrl: string, secret: string, rolePrefix: string | null = null, options = {}) {
  const { owner, installation } = await migrate({ ownerUrl, secret, rolePrefix }, options);
  await owner.destroy();
  return installation;
}

async function passwordsOf(ownerUrl: string): Promise<unknown[]> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const { rows } = await client.query(
    'select rolname, rolconnlimit from pg_roles where rolname = any ($1) order by 1',
    [LOGIN_ROLES.map((role) => roleName(new URL(ownerUrl).pathname.slice(1), role))],
  );
  await client.end();
  return rows;
}

const whoLogsIn = async (login: { connectionString: string }): Promise<unknown> => {
  const client = new Client(login);
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select session_user as who');
  await client.end();
  return rows[0].who;
};

describe('roles of an installation', () => {
  it('carry the name of the database, and each of two installations in one cluster has its own', async () => {
    const [first, second] = [await emptyDatabase(), await emptyDatabase()];
    const [one, other] = [
      await install(first.ownerUrl, newSecret()),
      await install(second.ownerUrl, newSecret()),
    ];
    expect([one.rolePrefix, other.rolePrefix]).toEqual([first.name, second.name]);
    expect(await whoLogsIn(loginAs(one, ROLE_OF.TUR))).toBe(`${first.name}_tur`);
    expect(await whoLogsIn(loginAs(other, ROLE_OF.AZE))).toBe(`${second.name}_aze`);
    // The policies name the installation's own roles, and no others.
    const client = new Client({ connectionString: first.ownerUrl });
    await client.connect();
    const { rows } = await client.query(
      'select distinct role from pg_policies, unnest(roles) role where role <> current_user order by 1',
    );
    await client.end();
    expect(rows.map(({ role }) => role)).toEqual(
      LOGIN_ROLES.map((role) => roleName(first.name, role)).sort(),
    );
  });

  it('carry the configured prefix, which a database keeps', async () => {
    const { ownerUrl } = await emptyDatabase();
    const prefix = `aghdam_${randomBytes(4).toString('hex')}`;
    prefixes.push(prefix);
    const secret = newSecret();
    expect((await install(ownerUrl, secret, prefix)).rolePrefix).toBe(prefix);
    expect((await install(ownerUrl, secret)).rolePrefix).toBe(prefix);
    await expect(install(ownerUrl, secret, 'shusha')).rejects.toThrow(ConfigError);
  });

  it('are not taken from another installation', async () => {
    const [first, second] = [await emptyDatabase(), await emptyDatabase()];
    const one = await install(first.ownerUrl, newSecret());
    await expect(install(second.ownerUrl, newSecret(), first.name)).rejects.toThrow(ForeignRolesError);
    expect(await whoLogsIn(loginAs(one, ROLE_OF.RUS))).toBe(`${first.name}_rus`);
    // Nothing has been changed: the second may still become an installation of its own.
    expect((await install(second.ownerUrl, newSecret())).rolePrefix).toBe(second.name);
  });

  it('have a limited share of the connections', async () => {
    const { ownerUrl } = await emptyDatabase();
    await install(ownerUrl, newSecret());
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    const { rows } = await client.query("select current_setting('max_connections')::int as most");
    await client.end();
    const share = Math.floor((rows[0].most - 20) / 4);
    expect(await passwordsOf(ownerUrl)).toEqual(
      LOGIN_ROLES.map((role) => ({
        rolname: roleName(new URL(ownerUrl).pathname.slice(1), role),
        rolconnlimit: share,
      })).sort((a, b) => (a.rolname < b.rolname ? -1 : 1)),
    );
  });
});

describe('the secret of an installation', () => {
  it('is refused when it is another one, and nothing changes', async () => {
    const { ownerUrl } = await emptyDatabase();
    const secret = newSecret();
    const installation = await install(ownerUrl, secret);
    await expect(install(ownerUrl, newSecret())).rejects.toThrow(WrongSecretError);
    await expect(openMigrated({ ownerUrl, secret: newSecret(), rolePrefix: null })).rejects.toThrow(
      WrongSecretError,
    );
    expect(await whoLogsIn(loginAs(installation, ROLE_OF.TUR))).toBe(`${installation.rolePrefix}_tur`);
  });

  it('is rotated on request, once for all', async () => {
    const { ownerUrl } = await emptyDatabase();
    const former = await install(ownerUrl, newSecret());
    const secret = newSecret();
    const rotated = await install(ownerUrl, secret, null, { rotateSecret: true });
    await expect(whoLogsIn(loginAs(former, ROLE_OF.TUR))).rejects.toThrow('password authentication failed');
    expect(await whoLogsIn(loginAs(rotated, ROLE_OF.TUR))).toBe(`${former.rolePrefix}_tur`);
    await expect(install(ownerUrl, former.secret)).rejects.toThrow(WrongSecretError);
    await install(ownerUrl, secret);
  });

  it('sets the passwords again that were changed behind its back', async () => {
    const { ownerUrl } = await emptyDatabase();
    const secret = newSecret();
    const installation = await install(ownerUrl, secret);
    const client = new Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(`alter role ${roleName(installation.rolePrefix, 'tur')} password null`);
    await client.end();
    await install(ownerUrl, secret);
    expect(await whoLogsIn(loginAs(installation, ROLE_OF.TUR))).toBe(`${installation.rolePrefix}_tur`);
  });

  it('is not found in the database, nor are the passwords that derive from it', async () => {
    const { ownerUrl } = await emptyDatabase();
    const secret = newSecret();
    const query = vi.spyOn(Client.prototype, 'query');
    const installation = await install(ownerUrl, secret);
    const statements = query.mock.calls.map(([statement]) => String(statement)).join('\n');
    query.mockRestore();
    expect(statements).toContain(
      `alter role ${installation.rolePrefix}_tur login password 'SCRAM-SHA-256$4096:`,
    );
    for (const role of LOGIN_ROLES) {
      const { password } = new URL(loginAs(installation, role).connectionString);
      expect(password).not.toBe('');
      expect(statements).not.toContain(password);
    }
    expect(statements).not.toContain(secret);
  });
});

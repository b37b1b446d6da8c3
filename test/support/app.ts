import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject } from 'vitest';
import { startServer } from '../../src/app/main.js';
import { type DemoIssuer, openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { mintToken } from '../../src/auth/mint.js';
import { type Config, readConfig } from '../../src/common/config.js';
import type { Locale } from '../../src/domain/locale.js';
import { isNationalRole, type Nation, type Role, type Scope } from '../../src/domain/scopes.js';
import { createDatabase, type TestDatabase } from './databases.js';

/** What a client gets back. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any;
  readonly errors: readonly {
    message: string;
    path?: (string | number)[];
    // biome-ignore lint/suspicious/noExplicitAny: as above
    extensions: Record<string, any>;
  }[];
}

export interface Identity {
  readonly subject?: string;
  readonly scopes?: readonly Scope[];
  /** `locale` claim of the token. */
  readonly locale?: Locale;
}

/** Somebody at a client, with a token. */
export interface Caller {
  readonly token: string;
  query(document: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
}

export interface App {
  readonly url: string;
  readonly database: TestDatabase;
  /** A caller with a token of this nation and role; no nation for the Centre's own roles. */
  as(nation: Nation | null, role: Role, identity?: Identity): Caller;
  /** Runs SQL as the owner of the database, whom row security lets through. */
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export const READERS = [
  ['TUR', 'LIAISON_OFFICER'],
  ['RUS', 'LIAISON_OFFICER'],
  ['AZE', 'LIAISON_OFFICER'],
  [null, 'PUBLIC'],
] as const satisfies readonly (readonly [Nation | null, Role])[];

/**
 * A server as it ships, on a copy of the shipped record of its own. With `demo` false it runs as in
 * production, and the issuers of the demo are configured ones.
 */
export async function startApp(
  options: {
    database?: TestDatabase;
    config?: Partial<Config>;
    demo?: boolean;
    notify?: (line: string) => void;
  } = {},
): Promise<App> {
  const database =
    options.database ?? (await createDatabase(inject('ownerUrl'), { template: inject('template') }));
  const dataDir = await mkdtemp(join(tmpdir(), 'merzili-app-'));
  const { file, issuers } = await openDemoIssuers(dataDir);
  const server = await startServer(
    {
      ...readConfig({ PORT: '0', MERZILI_DATA_DIR: dataDir, MERZILI_LOG_LEVEL: 'silent' }),
      database: { ownerUrl: database.url, secret: inject('secret') },
      ...(options.demo === false ? { isProduction: true, issuersFile: file } : {}),
      ...options.config,
    },
    options.notify ?? (() => {}),
  );
  const owner = new Client({ connectionString: database.url });
  // Tests of faults end its connection.
  owner.on('error', () => {});
  await owner.connect();
  return {
    url: server.url,
    database,
    as: (nation, role, identity = {}) => callerOf(server.url, issuers, nation, role, identity),
    sql: async (text, values) => (await owner.query(text, values)).rows,
    async stop() {
      await owner.end();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
      if (!options.database) await database.drop();
    },
  };
}

/** Somebody with a token of one of the issuers, at a server. */
export function callerOf(
  url: string,
  issuers: readonly DemoIssuer[],
  nation: Nation | null,
  role: Role,
  { subject = `${nation ?? 'centre'}-${role}`.toLowerCase(), scopes, locale }: Identity,
): Caller {
  const issuer = issuers.find((candidate) => candidate.nation === (isNationalRole(role) ? nation : null));
  if (!issuer) throw new Error(`No issuer for ${nation}`);
  const token = mintToken({ ...issuer, role, subject, scopes, locale });
  return {
    token,
    async query(document, variables = {}, headers = {}) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: document, variables }),
      });
      const text = await response.text();
      const { data, errors = [] } = JSON.parse(text);
      return { status: response.status, headers: response.headers, text, data, errors };
    },
  };
}

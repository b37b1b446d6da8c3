import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/app/migrate.js';
import { startEmbedded } from '../../src/database/embedded/start.js';
import { importShippedData } from '../../src/imports/shipped.import.js';
import { createDatabase, ROLE_PREFIX, type TestDatabase } from './databases.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Connection to a maintenance database as a role that may make databases and roles. */
    ownerUrl: string;
    /** What the passwords of the nations' roles are derived from. */
    secret: string;
    /** Database that holds the shipped record, to be copied. */
    template: string;
  }
}

/** Nothing in the tests' server needs to outlive a power cut. */
const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/** Many servers at once share the roles of the tests. */
const MAX_CONNECTIONS = '400';

/** One server for all tests: that of TEST_DATABASE_URL, or an embedded one in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const external = process.env.TEST_DATABASE_URL;
  if (external) {
    const template = await provide(project, external, randomBytes(32).toString('hex'));
    return () => template.drop();
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'merzili-test-'));
  const lines: string[] = [];
  const database = await startEmbedded({
    dataDir,
    log: (line) => lines.push(line),
    settings: { ...FORGETFUL, max_connections: MAX_CONNECTIONS },
  }).catch((error: unknown) => {
    throw new Error(`No database for the tests:\n${lines.join('\n')}`, { cause: error });
  });
  const maintenance = new URL(database.ownerUrl);
  maintenance.pathname = '/postgres';
  await provide(project, maintenance.href, database.secret);
  return async () => {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** Makes the template with the shipped record, and tells the tests where everything is. */
async function provide(project: TestProject, ownerUrl: string, secret: string): Promise<TestDatabase> {
  const template = await createDatabase(ownerUrl);
  const { owner } = await migrate({ ownerUrl: template.url, secret, rolePrefix: ROLE_PREFIX });
  await importShippedData(owner).finally(() => owner.destroy());
  project.provide('ownerUrl', ownerUrl);
  project.provide('secret', secret);
  project.provide('template', new URL(template.url).pathname.slice(1));
  return template;
}

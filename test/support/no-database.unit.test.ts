import { Pool } from 'pg';
import { expect, inject, it } from 'vitest';
import { migrate } from '../../src/app/migrate.js';
import { startEmbedded } from '../../src/database/embedded/start.js';
import { startApp } from './app.js';
import { createDatabase } from './databases.js';

const MESSAGE = 'A unit test has no database.';
const URL_OF_ONE = 'postgres://owner@127.0.0.1:5432/merzili';

it.each([
  ['a server of the tests', () => startApp()],
  ['a database of the tests', () => createDatabase(inject('ownerUrl'))],
  ['an embedded PostgreSQL', () => startEmbedded({ dataDir: '/nonexistent', log: () => {} })],
  ['a connection', () => new Pool({ connectionString: URL_OF_ONE }).query('select 1')],
  ['a migration', () => migrate({ ownerUrl: URL_OF_ONE, secret: 'secret', rolePrefix: null })],
])('a unit test that starts %s is named a database test', async (_, start) => {
  await expect(start()).rejects.toThrow(MESSAGE);
});

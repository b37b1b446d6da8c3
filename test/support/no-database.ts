import { Client } from 'pg';
import { vi } from 'vitest';

const MESSAGE =
  'A unit test has no database. Name the file *.test.ts instead of *.unit.test.ts, and it runs on PostgreSQL.';

/** Set up in every file of the project `unit`: nothing in it starts PostgreSQL or connects to one. */
vi.mock(import('../../src/database/embedded/start.js'), async (importOriginal) => ({
  ...(await importOriginal()),
  startEmbedded: () => Promise.reject(new Error(MESSAGE)),
}));

Object.assign(Client.prototype, {
  connect(callback?: (error: Error) => void): Promise<void> | undefined {
    const error = new Error(MESSAGE);
    if (callback === undefined) return Promise.reject(error);
    callback(error);
    return undefined;
  },
});

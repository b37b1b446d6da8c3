import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serverLog } from '../../src/database/embedded/server-log.js';
import { settingsFor } from '../../src/database/embedded/tuning.js';

const MB = 1024 * 1024;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is rotated while the server writes to it, again and again', async () => {
  const path = join(folder, 'postgres.log');
  const log = serverLog(path);
  const errors: unknown[] = [];
  log.open();
  const stop = log.startRotation((error) => errors.push(error));
  try {
    for (const round of ['a', 'b']) {
      await appendFile(path, round.repeat(11 * MB));
      await expect.poll(async () => (await stat(path)).size, { timeout: 10_000 }).toBe(0);
      expect((await readFile(`${path}.1`, 'latin1')).slice(0, 3)).toBe(round.repeat(3));
    }
    await appendFile(path, 'short');
  } finally {
    stop();
  }
  expect(await readFile(path, 'utf8')).toBe('short');
  expect(errors).toEqual([]);
});

it('says once that it cannot be rotated', async () => {
  const path = join(folder, 'postgres.log');
  const log = serverLog(path);
  log.open();
  await rm(path);
  const errors: unknown[] = [];
  const stop = log.startRotation((error) => errors.push(error));
  await expect.poll(() => errors.length, { timeout: 5_000 }).toBe(1);
  stop();
});

it('holds no statements of users, and none of their parameters', () => {
  expect(settingsFor(4 * 1024 * MB)).toMatchObject({
    log_min_error_statement: 'panic',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  });
});

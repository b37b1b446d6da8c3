import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReaders, type Readers } from '../../src/database/readers.js';
import { type App, startApp } from '../support/app.js';
import { installationOf } from '../support/roles.js';

let app: App;
let readers: Readers;
beforeAll(async () => {
  app = await startApp();
  readers = openReaders(installationOf(app.database.url));
});
afterAll(async () => {
  await readers?.close();
  await app?.stop();
});

const ask = (name: string | undefined, text: string) =>
  readers.read('TUR', { name, text, values: [] }, false);

describe('a pipelined connection', () => {
  it('answers every statement, and keeps no more prepared than it may', async () => {
    const numbers = Array.from({ length: 1_200 }, (_, index) => String(index));
    const answers = await Promise.all(numbers.map((n) => ask(`number_${n}`, `select '${n}'`)));
    expect(answers.map(String)).toEqual(numbers);
    const count = () => ask(undefined, 'select count(*)::text from pg_prepared_statements');
    for (const [kept] of await Promise.all([count(), count()])) {
      expect(Number(kept)).toBeGreaterThan(0);
      expect(Number(kept)).toBeLessThanOrEqual(250);
    }
  });

  it('answers texts whole, however many pieces they come in and whatever comes between them', async () => {
    const unit = 'Şuşa Шуша ';
    const lengths = Array.from({ length: 200 }, (_, index) => (index % 7 === 0 ? index * 1_500 : index % 90));
    const answers = await Promise.all(
      lengths.map((n) =>
        readers.read(
          'TUR',
          {
            name: 'pieces',
            text: `select repeat('${unit}', $1), case when $1 % 2 = 0 then '' else set_config('x.y', $1::text, true) end`,
            values: [n],
          },
          false,
        ),
      ),
    );
    lengths.forEach((n, index) => {
      const [whole, other] = answers[index] ?? [];
      expect(String(whole) === unit.repeat(n), `${n} times`).toBe(true);
      expect(String(other)).toBe(n % 2 === 0 ? '' : String(n));
    });
  });

  it('is of use again after a statement that fails', async () => {
    const failing = ask('failing', "select repeat('x', 100000) || (1 / (length('') - 0))::text");
    const after = ask('fine', "select repeat('y', 100000)");
    await expect(failing).rejects.toThrow('division by zero');
    expect(String(await after)).toBe('y'.repeat(100_000));
  });

  it('sets no timer for each statement: it would keep the answer from being collected young', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await ask(undefined, "select 'connected'");
    const before = timers();
    const answers = Promise.all(Array.from({ length: 50 }, () => ask(undefined, "select 'under way'")));
    await new Promise(setImmediate);
    expect(timers()).toBeLessThan(before + 10);
    await answers;
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ANSWER_BYTES, MAX_LENGTH } from '../../src/domain/limits.js';
import { type App, startApp } from '../support/app.js';
import { aReport, people, REPORT, succeed } from '../support/writing.js';

let app: App;
let who: ReturnType<typeof people>;
/** Some 40 kB each. */
const LONG_NARRATIVES = 10;

beforeAll(async () => {
  app = await startApp();
  who = people(app);
  const narrative = { locale: 'RU', text: 'Ж'.repeat(MAX_LENGTH.narrative) };
  for (let n = 0; n < LONG_NARRATIVES; n += 1) {
    await succeed(who.turDuty, REPORT, aReport({ narrative }));
  }
});
afterAll(() => app?.stop());

/** 100 incidents, the longest narratives among them, each `times` times. */
const page = (times: number): string =>
  `{ incidents(first: 100) { nodes { reference ${Array.from({ length: times }, (_, n) => `n${n}: narrative { text }`).join(' ')} } } }`;

describe('an answer', () => {
  it('of the size that is allowed is sent, and its bytes are charged', async () => {
    const { status, text } = await who.turDuty.query(page(5));
    expect(status).toBe(200);
    const bytes = Buffer.byteLength(text);
    expect(bytes).toBeGreaterThan(5 * LONG_NARRATIVES * 40_000);
    expect(bytes).toBeLessThan(MAX_ANSWER_BYTES);
    const { actual } = JSON.parse(text).extensions.cost;
    expect(actual).toBeGreaterThan(bytes / 1_000);
  });

  it.each(['TR', 'RU', 'AZ', 'EN'] as const)('that is larger is refused, in %s', async (locale) => {
    const { status, text, errors } = await who.turDuty.query(page(15), {}, { 'accept-language': locale });
    expect([status, errors[0]?.extensions]).toEqual([
      400,
      { code: 'LIMIT_EXCEEDED', limit: 'answer', maximum: MAX_ANSWER_BYTES },
    ]);
    expect(errors[0]?.message).toMatch(/5\D?000\D?000/);
    expect(text.length).toBeLessThan(1_000);
  });

  it('that is larger is refused where fields are denied or it runs as a heavy statement, too', async () => {
    const limited = app.as('TUR', 'DUTY_OFFICER', { scopes: ['reference:read', 'incident:read'] });
    const heavy = `{ ${page(15).slice(1, -1)} places(first: 10, search: "a") { nodes { name } } }`;
    for (const document of [heavy, page(15).replace('reference', 'reference position { latitude }')]) {
      const { errors } = await limited.query(document);
      expect(errors[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 'answer' });
    }
  });
});

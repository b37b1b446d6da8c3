import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WRONG } from '../demand/wrong-documents.js';
import { type App, type Caller, startApp } from '../support/app.js';

let app: App;
let officer: Caller;
let integrator: Caller;

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  officer = app.as('TUR', 'LIAISON_OFFICER', { locale: 'EN' });
  integrator = app.as(null, 'INTEGRATOR');
});
afterAll(() => app.stop());

describe('a token without schema:introspect, in production', () => {
  it.each(WRONG)(
    'learns nothing of the schema from a wrong %s',
    async (_name, document, variables, telling) => {
      const { status, errors } = await officer.query(document, variables);
      expect(status).toBe(400);
      expect(errors.length).toBeGreaterThan(0);
      for (const { message, extensions } of errors) {
        expect(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']).toContain(extensions.code);
        expect(`${message}${JSON.stringify(extensions)}`).not.toMatch(telling);
        expect(message).not.toMatch(/did you mean|expected type|cannot query/i);
      }
    },
  );

  it('learns which of its own variables is wrong', async () => {
    const { errors } = await officer.query('query($n: Int) { incidents(first: $n) { totalCount } }', {
      n: 'x',
    });
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: '$n' });
  });
});

describe('a token with schema:introspect', () => {
  it.each(WRONG)('sees what is wrong with a %s', async (_name, document, variables) => {
    const { status, errors } = await integrator.query(document, variables);
    expect(status).toBe(400);
    expect(errors[0]?.message.length).toBeGreaterThan(45);
  });

  it('sees a suggestion of the nearest name', async () => {
    const { errors } = await integrator.query('{ incidnets { totalCount } }');
    expect(errors[0]?.message).toContain('Did you mean "incidents"');
  });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const ASSESS = `mutation ($input: AssessProvisionInput!) { result: assessProvision(input: $input) {
  provision { code jointStatus jointStatusLabel(locale: RU) assessments { nation status rationale { text } assessedBy } }
  userErrors { code field } } }`;
const code = 'trilateral-statement-2020/6';

it('keeps a dated series of each nation, and is joint where the latest agree', async () => {
  const assess = async (nation: 'TUR' | 'RUS', input: object) =>
    (await app.as(nation, 'CONTINGENT_HEAD').query(ASSESS, { input: { code, ...input } })).data.result;
  const first = await assess('TUR', { status: 'MINIMAL', rationale: { locale: 'TR', text: ' Gecikiyor ' } });
  expect(first.provision).toMatchObject({
    code,
    jointStatus: null,
    assessments: [
      {
        nation: 'TUR',
        status: 'MINIMAL',
        rationale: { text: 'Gecikiyor' },
        assessedBy: 'tur-contingent_head',
      },
    ],
  });
  expect((await assess('RUS', { status: 'INTERMEDIATE' })).provision.jointStatus).toBeNull();
  const agreed = await assess('TUR', { status: 'INTERMEDIATE' });
  expect(agreed.provision.jointStatus).toBe('INTERMEDIATE');
  expect(agreed.provision.assessments.length).toBe(2);
  expect((await assess('TUR', { status: 'INTERMEDIATE' })).userErrors).toEqual([
    { code: 'ALREADY_DONE', field: ['input', 'status'] },
  ]);
  expect(await app.sql('select count(*)::int as n from provision_assessment')).toEqual([{ n: 3 }]);
});

it('refuses what cannot be, and those who may not', async () => {
  const head = app.as('RUS', 'CONTINGENT_HEAD');
  const { data } = await head.query(ASSESS, {
    input: { code: 'x', status: 'FULL', rationale: { locale: 'RU', text: '' } },
  });
  expect(data.result).toEqual({
    provision: null,
    userErrors: [
      { code: 'REQUIRED', field: ['input', 'rationale', 'text'] },
      { code: 'UNKNOWN_REFERENCE', field: ['input', 'code'] },
    ],
  });
  for (const [nation, role] of [
    ['AZE', 'CONTINGENT_HEAD'],
    ['TUR', 'DUTY_OFFICER'],
    [null, 'PUBLIC'],
  ] as const) {
    const { errors } = await app.as(nation, role).query(ASSESS, { input: { code, status: 'FULL' } });
    expect(errors.map(({ extensions }) => [extensions.code, extensions.scope])).toEqual([
      ['FORBIDDEN', 'provision:assess'],
    ]);
  }
});

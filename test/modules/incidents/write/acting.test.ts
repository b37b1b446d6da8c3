import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATIONS, type Nation, ROLES, type Role } from '../../../../src/domain/scopes.js';
import { type App, startApp } from '../../../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  codesOf,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  succeed,
  TRANSLATE,
} from '../../../support/writing.js';

let app: App;
let who: ReturnType<typeof people>;

beforeAll(async () => {
  app = await startApp();
  who = people(app);
});
afterAll(() => app?.stop());

const russian = { locale: 'RU', text: 'Слышен огонь из стрелкового оружия' };
const reason = { locale: 'TR', text: 'Yanlış kayıt' };
const UNKNOWN = 'Incident:00000000-0000-4000-8000-000000000000';

const VALID_INPUTS = {
  [REPORT]: () => aReport(),
  [AMEND]: (id: string) => ({ id, version: 1, severity: 'LOW' }),
  [TRANSLATE]: (id: string) => ({ id, version: 1, title: russian }),
  [ASSESS]: (id: string) => ({ id, version: 1, verdict: 'CONFIRMED' }),
  [RELEASE]: (id: string) => ({ id, version: 1, audience: 'PUBLIC' }),
  [RETRACT]: (id: string) => ({ id, version: 1, reason }),
};

const OFFICERS: readonly Role[] = ['LIAISON_OFFICER', 'DUTY_OFFICER', 'CONTINGENT_HEAD'];

describe('who may write', () => {
  const identities = ROLES.flatMap((role): (readonly [Nation | null, Role])[] =>
    role === 'INTEGRATOR' || role === 'PUBLIC' ? [[null, role]] : NATIONS.map((nation) => [nation, role]),
  );

  it.each(identities)('%s %s: exactly what the table grants', async (nation, role) => {
    const caller = app.as(nation, role);
    const isOfficer = OFFICERS.includes(role);
    const isJointHead = role === 'CONTINGENT_HEAD' && nation !== 'AZE';
    const { id } = await succeed(who.turDuty, REPORT, aReport());
    for (const [document, input] of Object.entries(VALID_INPUTS)) {
      const isAllowed = document === ASSESS || document === RELEASE ? isJointHead : isOfficer;
      const { data, errors, status } = await caller.query(document, { input: input(id) });
      const isSeen = nation === 'TUR' || nation === 'RUS' || document === REPORT;
      const [error] = errors;
      if (!isAllowed) {
        expect(error?.extensions.code, document).toBe('FORBIDDEN');
        expect(error?.extensions.scope).toMatch(/^incident:/);
        expect(data).toBeNull();
      } else if (isSeen) {
        expect(errors, document).toEqual([]);
        expect(data.result).toBeDefined();
      } else {
        expect([errors, data.result.userErrors[0].code], document).toEqual([[], 'NOT_FOUND']);
      }
      expect(status).toBe(200);
    }
  });

  it('a token that asks for less gets less', async () => {
    const { id } = await succeed(who.turDuty, REPORT, aReport());
    const reader = app.as('TUR', 'CONTINGENT_HEAD', { scopes: ['incident:read', 'incident:amend'] });
    expect(codesOf(await reader.query(ASSESS, { input: { id, version: 1, verdict: 'REFUTED' } }))).toEqual([
      'FORBIDDEN',
    ]);
    expect((await succeed(reader, AMEND, { id, version: 1, severity: 'LOW' })).version).toBe(2);
  });

  it('nothing of an operation runs when part of it is refused', async () => {
    const before = await app.sql('select count(*) from incident');
    const { errors, data } = await who.turDuty.query(
      `mutation ($report: ReportIncidentInput!, $assess: AssessIncidentInput!) {
         first: reportIncident(input: $report) { incident { id } }
         second: assessIncident(input: $assess) { incident { id } } }`,
      { report: aReport(), assess: { id: UNKNOWN, version: 1, verdict: 'CONFIRMED' } },
    );
    expect(data).toBeNull();
    expect(errors.map(({ path }) => path)).toEqual([['second']]);
    expect(await app.sql('select count(*) from incident')).toEqual(before);
  });

  it.each(['fails after', 'fails before'])(
    'a mutation that %s another hides nothing of it',
    async (order) => {
      const report = 'report: reportIncident(input: $report) { incident { reference } userErrors { code } }';
      const assess =
        'assess: assessProvision(input: { code: "trilateral-statement-2020/6", status: FULL }) { userErrors { code } }';
      const fields = order === 'fails after' ? [report, assess] : [assess, report];
      await app.sql('alter table provision_assessment rename to provision_assessment_gone');
      try {
        const { data, errors, status } = await who.turHead.query(
          `mutation ($report: ReportIncidentInput!) { ${fields.join(' ')} }`,
          { report: aReport() },
        );
        expect([status, data.assess]).toEqual([200, null]);
        expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
          [['assess'], 'INTERNAL_SERVER_ERROR'],
        ]);
        const { reference } = data.report.incident;
        expect(
          await app.sql('select reference from incident where reference = $1', [reference]),
        ).toHaveLength(1);
      } finally {
        await app.sql('alter table provision_assessment_gone rename to provision_assessment');
      }
    },
  );

  it('a mutation over GET is refused', async () => {
    const url = `${app.url}/graphql?query=${encodeURIComponent('mutation { revokeToken(input: { jti: "x" }) { revoked } }')}`;
    const response = await fetch(url, {
      headers: {
        authorization: `Bearer ${app.as('TUR', 'NATIONAL_ADMIN').token}`,
        'apollo-require-preflight': 'yes',
      },
    });
    expect(response.status).toBe(405);
    expect(await app.sql("select * from revoked_token where token_id = 'x'")).toEqual([]);
  });
});

describe('invisible and absent look the same', () => {
  it.each([
    ['amending', AMEND],
    ['translating', TRANSLATE],
    ['assessing', ASSESS],
    ['releasing', RELEASE],
    ['retracting', RETRACT],
  ])('%s', async (_, document) => {
    const hidden = await succeed(who.turHead, REPORT, aReport({ releaseTo: [] }));
    const input = VALID_INPUTS[document as keyof typeof VALID_INPUTS];
    const answers = await Promise.all(
      [hidden.id, UNKNOWN, 'Incident:nonsense', 'Party:TUR', ''].map((id) =>
        who.rusHead.query(document, { input: input(id) }),
      ),
    );
    const texts = answers.map(({ text }) => text.replace(/"available":\d+/, ''));
    expect(new Set(texts).size).toBe(1);
    const { incident, userErrors } = answers[0]?.data.result ?? {};
    expect([incident, userErrors]).toEqual([
      null,
      [{ code: 'NOT_FOUND', field: ['input', 'id'], message: 'Такого инцидента нет.' }],
    ]);
  });

  it('whatever else is wrong with the input', async () => {
    const hidden = await succeed(who.turHead, REPORT, aReport({ releaseTo: [] }));
    const [first, second] = await Promise.all(
      [hidden.id, UNKNOWN].map((id) =>
        who.rusHead.query(AMEND, {
          input: { id, version: 7, place: 'nowhere', title: { locale: 'RU', text: '' } },
        }),
      ),
    );
    expect(first?.text.replace(/"available":\d+/, '')).toBe(second?.text.replace(/"available":\d+/, ''));
  });
});

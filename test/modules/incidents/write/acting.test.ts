import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NATIONS, type Nation, ROLES, type Role } from '../../../../src/domain/scopes.js';
import { type App, startApp } from '../../../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  codes,
  codesOf,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  run,
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

describe('reporting', () => {
  it('answers the record as the reporter sees it', async () => {
    const incident = await succeed(who.turDuty, REPORT, aReport());
    expect(incident).toMatchObject({
      version: 1,
      originator: 'TUR',
      status: 'REPORTED',
      releasedTo: ['RUS'],
    });
    expect(incident.reference).toMatch(/^TUR-2021-\d{6,7}$/);
    expect(incident.revisions).toEqual([
      { version: 1, changedBy: 'TUR', changes: [], contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(incident.viewerActions).toEqual(['AMEND', 'TRANSLATE', 'RETRACT']);
  });

  it('shows the record to those named and nobody else', async () => {
    const visible = async (id: string): Promise<string[]> => {
      const seen = [];
      for (const nation of NATIONS) {
        const { data } = await app
          .as(nation, 'LIAISON_OFFICER')
          .query('query ($id: ID!) { node(id: $id) { id } }', { id });
        if (data.node) seen.push(nation);
      }
      return seen;
    };
    const of = async (caller: typeof who.turDuty, overrides: object) =>
      visible((await succeed(caller, REPORT, aReport(overrides))).id);
    expect(await of(who.turDuty, {})).toEqual(['TUR', 'RUS']);
    expect(await of(who.turDuty, { releaseTo: [] })).toEqual(['TUR']);
    expect(await of(who.turDuty, { releaseTo: null })).toEqual(['TUR']);
    expect(await of(who.rusDuty, { releaseTo: ['RUS'] })).toEqual(['RUS']);
    expect(await of(who.azeDuty, {})).toEqual(['TUR', 'RUS', 'AZE']);
    expect(await of(who.azeDuty, { releaseTo: ['TUR'] })).toEqual(['TUR', 'AZE']);
  });

  it('keeps everything that was reported', async () => {
    const { data } = await who.turDuty.query(
      `mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) { incident {
         category severity occurredFrom occurredTo timePrecision place { code } position { latitude longitude precision }
         title { text locale status } narrative { text } provisions { code }
         claims { claimant { code } attributedTo { code } sourceType sourceUrl statement { text locale } }
         casualties { party { code } group killed wounded detained } } } }`,
      {
        input: aReport({
          severity: 'HIGH',
          occurredFrom: '2021-08-11T21:50:00+04:00',
          occurredTo: '2021-08-11T22:50:00.123+04:00',
          timePrecision: 'HOUR',
          place: 'agdam-city',
          position: { latitude: 40.1, longitude: 46.95 },
          narrative: { locale: 'TR', text: ' Birinci satır\r\n\tİkinci satır \n' },
          claims: [
            { claimant: 'AZE', attributedTo: 'ARM', sourceType: 'MEDIA', sourceUrl: 'https://example.org/a' },
            { claimant: 'JMC', sourceType: 'UAV', statement: { locale: 'TR', text: 'Görüldü' } },
          ],
          casualties: [{ party: 'AZE', group: 'MILITARY', killed: 0, wounded: 2 }],
          provisions: ['trilateral-statement-2020/6', 'trilateral-statement-2020/1'],
        }),
      },
    );
    expect(data.reportIncident.incident).toEqual({
      category: 'SMALL_ARMS_FIRE',
      severity: 'HIGH',
      occurredFrom: '2021-08-11T17:50:00Z',
      occurredTo: '2021-08-11T18:50:00.123Z',
      timePrecision: 'HOUR',
      place: { code: 'agdam-city' },
      position: { latitude: 40.1, longitude: 46.95, precision: 'EXACT' },
      title: { text: 'Hafif silah ateşi duyuldu', locale: 'TR', status: 'SOURCE' },
      narrative: { text: 'Birinci satır\n\tİkinci satır' },
      provisions: [{ code: 'trilateral-statement-2020/6' }, { code: 'trilateral-statement-2020/1' }],
      claims: [
        {
          claimant: { code: 'AZE' },
          attributedTo: { code: 'ARM' },
          sourceType: 'MEDIA',
          sourceUrl: 'https://example.org/a',
          statement: null,
        },
        {
          claimant: { code: 'JMC' },
          attributedTo: null,
          sourceType: 'UAV',
          sourceUrl: null,
          statement: { text: 'Görüldü', locale: 'TR' },
        },
      ],
      casualties: [{ party: { code: 'AZE' }, group: 'MILITARY', killed: 0, wounded: 2, detained: null }],
    });
  });
});

describe('amending and translating', () => {
  it('each makes a version with its whole content', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    const translated = await succeed(who.rusDuty, TRANSLATE, { ...at(reported), title: russian });
    const amended = await succeed(who.turDuty, AMEND, {
      ...at(translated),
      title: { locale: 'TR', text: 'Top atışı' },
      casualties: [{ group: 'MILITARY', wounded: 1 }],
    });
    expect(amended.version).toBe(3);
    expect(amended.revisions.map(({ version, changedBy, changes }) => [version, changedBy, changes])).toEqual(
      [
        [1, 'TUR', []],
        [2, 'RUS', ['title']],
        [3, 'TUR', ['title', 'casualties']],
      ],
    );
    expect(new Set(amended.revisions.map(({ contentHash }) => contentHash)).size).toBe(3);
    const { data } = await who.rusDuty.query(
      'query ($id: ID!) { node(id: $id) { ... on Incident { title(locale: RU) { text isStale status } tr: title(locale: TR) { text isStale } } } }',
      { id: reported.id },
    );
    expect(data.node.title).toEqual({ text: russian.text, isStale: true, status: 'WORKING' });
    expect(data.node.tr).toEqual({ text: 'Top atışı', isStale: false });
    const corrected = await succeed(who.rusDuty, TRANSLATE, {
      ...at(amended),
      title: russian,
      status: 'OFFICIAL',
    });
    expect(corrected.version).toBe(4);
  });

  it('what is not given stays, null removes what may be absent', async () => {
    const reported = await succeed(
      who.turDuty,
      REPORT,
      aReport({ place: 'agdam', narrative: { locale: 'TR', text: 'Uzun' } }),
    );
    const amended = await succeed(who.turDuty, AMEND, { ...at(reported), place: null });
    expect(amended.revisions.at(-1)?.changes).toEqual(['place']);
    const { userErrors } = await run(who.turDuty, AMEND, { ...at(amended), category: null, claims: null });
    expect(userErrors.map(({ code, field }) => [code, field])).toEqual([
      ['REQUIRED', ['input', 'category']],
      ['REQUIRED', ['input', 'claims']],
    ]);
  });

  it('refuses what cannot be', async () => {
    const own = await succeed(who.turDuty, REPORT, aReport());
    expect(await codes(who.rusDuty, AMEND, { ...at(own), severity: 'LOW' })).toEqual(['NOT_ALLOWED_NOW']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), version: 2, severity: 'LOW' })).toEqual([
      'STALE_VERSION',
    ]);
    expect(await codes(who.turDuty, AMEND, at(own))).toEqual(['REQUIRED']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), severity: 'MODERATE' })).toEqual(['ALREADY_DONE']);
    expect(await codes(who.turDuty, AMEND, { ...at(own), occurredTo: '2021-08-11T17:50:00Z' })).toEqual([
      'INVALID',
    ]);
    expect(await codes(who.rusDuty, TRANSLATE, at(own))).toEqual(['REQUIRED']);
    expect(
      await codes(who.rusDuty, TRANSLATE, { ...at(own), title: { locale: 'TR', text: 'Başka' } }),
    ).toEqual(['INVALID']);
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(own), title: russian, status: 'SOURCE' })).toEqual([
      'INVALID',
    ]);
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(own), narrative: russian })).toEqual(['INVALID']);
    const translated = await succeed(who.rusDuty, TRANSLATE, { ...at(own), title: russian });
    expect(await codes(who.rusDuty, TRANSLATE, { ...at(translated), title: russian })).toEqual([
      'ALREADY_DONE',
    ]);
  });
});

describe('assessing with two keys', () => {
  it('is joint when both heads turn theirs on the same version', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    const first = await succeed(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    expect(first.status).toBe('AWAITING_COUNTERSIGN');
    const second = await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    expect(second).toMatchObject({ status: 'JOINTLY_CONFIRMED', version: 1 });
    expect(new Set(second.assessments.map(({ contentHash }) => contentHash))).toEqual(
      new Set([second.revisions[0]?.contentHash]),
    );
  });

  it.each([
    ['REFUTED', 'REFUTED', 'JOINTLY_REFUTED'],
    ['INCONCLUSIVE', 'INCONCLUSIVE', 'INCONCLUSIVE'],
    ['CONFIRMED', 'REFUTED', 'DISPUTED'],
    ['INCONCLUSIVE', 'CONFIRMED', 'DISPUTED'],
  ])('%s and %s make %s', async (tur, rus, status) => {
    const reported = await succeed(who.rusDuty, REPORT, aReport());
    await succeed(who.turHead, ASSESS, { ...at(reported), verdict: tur });
    expect((await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: rus })).status).toBe(status);
  });

  it('keeps changed verdicts, the newest counts, and the same again is refused', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'REFUTED' });
    expect(await codes(who.rusHead, ASSESS, { ...at(reported), verdict: 'REFUTED' })).toEqual([
      'ALREADY_DONE',
    ]);
    await succeed(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    const changed = await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    expect(changed.status).toBe('JOINTLY_CONFIRMED');
    expect(changed.assessments.map(({ nation, verdict }) => [nation, verdict])).toEqual([
      ['RUS', 'CONFIRMED'],
      ['TUR', 'CONFIRMED'],
      ['RUS', 'REFUTED'],
    ]);
  });

  it.each(['amendment', 'translation'])('starts anew with an %s', async (change) => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    await succeed(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    const changed =
      change === 'amendment'
        ? await succeed(who.turDuty, AMEND, { ...at(reported), severity: 'HIGH' })
        : await succeed(who.rusDuty, TRANSLATE, { ...at(reported), title: russian });
    expect(changed.status).toBe('REPORTED');
    expect(changed.assessments.length).toBe(2);
    expect(await codes(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' })).toEqual([
      'STALE_VERSION',
    ]);
  });

  it('four eyes: neither who reported nor who last amended assesses', async () => {
    const reported = await succeed(who.turHead, REPORT, aReport());
    expect(reported.viewerActions).not.toContain('ASSESS');
    expect(await codes(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' })).toEqual([
      'NOT_ALLOWED_NOW',
    ]);
    const colleague = app.as('TUR', 'CONTINGENT_HEAD', { subject: 'selim' });
    const amended = await succeed(colleague, AMEND, { ...at(reported), severity: 'LOW' });
    for (const author of [who.turHead, colleague]) {
      expect(await codes(author, ASSESS, { ...at(amended), verdict: 'CONFIRMED' })).toEqual([
        'NOT_ALLOWED_NOW',
      ]);
    }
    const third = app.as('TUR', 'CONTINGENT_HEAD', { subject: 'deniz' });
    expect((await succeed(third, ASSESS, { ...at(amended), verdict: 'CONFIRMED' })).status).toBe(
      'AWAITING_COUNTERSIGN',
    );
  });

  it('shows the internal note to its nation alone', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    await succeed(who.turHead, ASSESS, {
      ...at(reported),
      verdict: 'CONFIRMED',
      internalNote: 'Yalnız bize',
      remark: { locale: 'TR', text: 'Herkese' },
    });
    const notes = async (caller: typeof who.turHead) => {
      const { data } = await caller.query(
        'query ($id: ID!) { node(id: $id) { ... on Incident { assessments { internalNote remark { text } } } } }',
        { id: reported.id },
      );
      return data.node.assessments;
    };
    expect(await notes(who.turDuty)).toEqual([{ internalNote: 'Yalnız bize', remark: { text: 'Herkese' } }]);
    expect(await notes(who.rusHead)).toEqual([{ internalNote: null, remark: { text: 'Herkese' } }]);
  });
});

describe('releasing', () => {
  it("a joint-command originator's record goes to the other nation by its word alone", async () => {
    const own = await succeed(who.turHead, REPORT, aReport({ releaseTo: [] }));
    expect(await codes(who.turHead, RELEASE, { ...at(own), audience: 'PUBLIC' })).toEqual([
      'NOT_ALLOWED_NOW',
    ]);
    expect(await codes(who.turHead, RELEASE, { ...at(own), audience: 'TUR' })).toEqual(['ALREADY_DONE']);
    const released = await run(who.turHead, RELEASE, { ...at(own), audience: 'RUS' });
    expect(released).toMatchObject({ isEffective: true, incident: { releasedTo: ['RUS'], version: 1 } });
    expect((await succeed(who.rusHead, ASSESS, { ...at(own), verdict: 'CONFIRMED' })).version).toBe(1);
  });

  it('a joint record goes further with the consent of both heads', async () => {
    const joint = await succeed(who.rusDuty, REPORT, aReport());
    const first = await run(who.turHead, RELEASE, { ...at(joint), audience: 'AZE' });
    expect(first).toMatchObject({ isEffective: false, incident: { releasedTo: ['TUR'] }, userErrors: [] });
    expect(await codes(who.azeDuty, TRANSLATE, { ...at(joint), title: russian })).toEqual(['NOT_FOUND']);
    expect(await codes(who.turHead, RELEASE, { ...at(joint), audience: 'AZE' })).toEqual(['ALREADY_DONE']);
    const second = await run(who.rusHead, RELEASE, { ...at(joint), audience: 'AZE' });
    expect(second).toMatchObject({ isEffective: true, incident: { releasedTo: ['TUR', 'AZE'] } });
    expect(await codes(who.turHead, RELEASE, { ...at(joint), audience: 'AZE' })).toEqual(['ALREADY_DONE']);
    expect(
      (await succeed(who.azeDuty, TRANSLATE, { ...at(joint), title: { locale: 'AZ', text: 'Atəş' } }))
        .version,
    ).toBe(2);
  });

  it.each(['amendment', 'translation'])('an %s voids an outstanding consent', async (change) => {
    const joint = await succeed(who.turDuty, REPORT, aReport());
    await run(who.turHead, RELEASE, { ...at(joint), audience: 'PUBLIC' });
    const changed =
      change === 'amendment'
        ? await succeed(who.turDuty, AMEND, { ...at(joint), severity: 'HIGH' })
        : await succeed(who.turDuty, TRANSLATE, { ...at(joint), title: russian });
    expect((await run(who.rusHead, RELEASE, { ...at(changed), audience: 'PUBLIC' })).isEffective).toBe(false);
    expect((await run(who.turHead, RELEASE, { ...at(changed), audience: 'PUBLIC' })).isEffective).toBe(true);
  });

  it("nobody but its originator decides which of TUR and RUS see the host nation's report", async () => {
    const own = await succeed(who.azeDuty, REPORT, aReport({ releaseTo: ['TUR'] }));
    expect(await codes(who.turHead, RELEASE, { ...at(own), audience: 'RUS' })).toEqual(['NOT_ALLOWED_NOW']);
    expect(await codes(who.turHead, RELEASE, { ...at(own), audience: 'PUBLIC' })).toEqual([
      'NOT_ALLOWED_NOW',
    ]);
    const joint = await succeed(who.azeDuty, REPORT, aReport());
    await run(who.turHead, RELEASE, { ...at(joint), audience: 'PUBLIC' });
    expect((await run(who.rusHead, RELEASE, { ...at(joint), audience: 'PUBLIC' })).isEffective).toBe(true);
  });
});

describe('retracting', () => {
  it('ends what can be done, and keeps the record', async () => {
    const own = await succeed(who.turDuty, REPORT, aReport());
    expect(await codes(who.rusDuty, RETRACT, { ...at(own), reason })).toEqual(['NOT_ALLOWED_NOW']);
    const retracted = await succeed(who.turDuty, RETRACT, { ...at(own), reason });
    expect(retracted).toMatchObject({ status: 'RETRACTED', version: 1, viewerActions: [] });
    const refused: [typeof who.turHead, string, object][] = [
      [who.turDuty, AMEND, { severity: 'LOW' }],
      [who.rusDuty, TRANSLATE, { title: russian }],
      [who.rusHead, ASSESS, { verdict: 'CONFIRMED' }],
      [who.turHead, RELEASE, { audience: 'PUBLIC' }],
      [who.turDuty, RETRACT, { reason }],
    ];
    for (const [caller, document, rest] of refused) {
      expect(await codes(caller, document, { ...at(own), ...rest }), document).toEqual(['NOT_ALLOWED_NOW']);
    }
    const { data } = await who.rusDuty.query(
      'query ($id: ID!) { node(id: $id) { ... on Incident { statusLabel(locale: RU) retraction { text locale } } } }',
      { id: own.id },
    );
    expect(data.node.retraction).toEqual({ text: reason.text, locale: 'TR' });
  });
});

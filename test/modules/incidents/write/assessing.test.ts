import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  codes,
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

  it('changes the record even where the status stays', async () => {
    const reported = await succeed(who.turDuty, REPORT, aReport());
    const changedAt = async (): Promise<number> => {
      const { data } = await who.turHead.query(
        'query ($reference: String!) { incident(reference: $reference) { status updatedAt } }',
        { reference: reported.reference },
      );
      expect(data.incident.status).toBe('DISPUTED');
      return Date.parse(data.incident.updatedAt);
    };
    await succeed(who.turHead, ASSESS, { ...at(reported), verdict: 'CONFIRMED' });
    await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'REFUTED' });
    const before = await changedAt();
    await succeed(who.rusHead, ASSESS, { ...at(reported), verdict: 'INCONCLUSIVE' });
    expect(await changedAt()).toBeGreaterThan(before);
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

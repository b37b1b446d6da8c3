import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, type Caller, startApp } from '../../../support/app.js';
import { rounds, SEED } from '../../../support/rounds.js';
import {
  AMEND,
  ASSESS,
  aReport,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  run,
  TRANSLATE,
} from '../../../support/writing.js';

const RUNS = rounds(60, 1_000);

/**
 * Incident.viewerActions and the mutations always agree: whatever has happened to a record, whoever looks
 * can do every action listed, and is refused every other.
 */
let app: App;
let who: ReturnType<typeof people>;
let callers: Record<string, Caller>;

beforeAll(async () => {
  app = await startApp();
  who = people(app);
  callers = {
    ...who,
    turHead2: app.as('TUR', 'CONTINGENT_HEAD', { subject: 'selim' }),
    rusHeadLess: app.as('RUS', 'CONTINGENT_HEAD', {
      subject: 'igor',
      scopes: ['reference:read', 'incident:read', 'incident:assess'],
    }),
    integrator: app.as(null, 'INTEGRATOR'),
  };
});
afterAll(() => app?.stop());

interface Seen {
  id: string;
  version: number;
  originator: string;
  releasedTo: string[] | null;
  viewerActions: string[];
  assessments: { nation: string; verdict: string; version: number }[];
}

async function look(caller: Caller, id: string): Promise<Seen | null> {
  const { data } = await caller.query(
    'query ($id: ID!) { nodes(ids: [$id]) { ... on Incident { id version originator releasedTo viewerActions assessments { nation verdict version } } } }',
    { id },
  );
  return data?.nodes[0] ?? null;
}

const AUDIENCES = ['TUR', 'RUS', 'AZE', 'PUBLIC'];
let counter = 0;

/** Inputs one of which has to go well, if the action can be done at all. */
function attempts(action: string, { id, version }: Seen): [string, object[]] {
  counter += 1;
  const text = `#${counter}`;
  const here = { id, version };
  switch (action) {
    case 'AMEND':
      return [AMEND, [{ ...here, title: { locale: 'TR', text } }]];
    case 'TRANSLATE':
      return [TRANSLATE, ['EN', 'RU', 'TR'].map((locale) => ({ ...here, title: { locale, text } }))];
    case 'ASSESS':
      return [ASSESS, ['CONFIRMED', 'REFUTED'].map((verdict) => ({ ...here, verdict }))];
    case 'RELEASE':
      return [RELEASE, AUDIENCES.map((audience) => ({ ...here, audience }))];
    default:
      return [RETRACT, [{ ...here, reason: { locale: 'RU', text } }]];
  }
}

/** Whether the caller manages to do it in any way. */
async function does(caller: Caller, action: string, seen: Seen): Promise<boolean> {
  const [document, inputs] = attempts(action, seen);
  for (const input of inputs) {
    const { data } = await caller.query(document, { input });
    const result = data?.result;
    if (result?.incident && result.userErrors.length === 0) return true;
  }
  return false;
}

const step = fc.record({
  by: fc.constantFrom('turDuty', 'turHead', 'turHead2', 'rusDuty', 'rusHead', 'azeDuty', 'azeHead'),
  action: fc.constantFrom(
    'AMEND',
    'TRANSLATE',
    'ASSESS',
    'ASSESS',
    'RELEASE',
    'RELEASE',
    'RELEASE',
    'RETRACT',
  ),
  audience: fc.constantFrom(...AUDIENCES),
});
const story = fc.record({
  reporter: fc.constantFrom('turDuty', 'turHead', 'rusHead', 'azeDuty', 'azeHead'),
  releaseTo: fc.subarray(['TUR', 'RUS']),
  steps: fc.array(step, { maxLength: 5 }),
  viewer: fc.constantFrom(
    'turDuty',
    'turHead',
    'turHead2',
    'rusDuty',
    'rusHead',
    'rusHeadLess',
    'azeDuty',
    'azeHead',
    'integrator',
  ),
});

const ACTIONS = ['AMEND', 'TRANSLATE', 'ASSESS', 'RELEASE', 'RETRACT'] as const;
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Each action once where it is listed and once where it is not, which chance alone might leave out. */
const OWED: [Story, (typeof ACTIONS)[number]][] = [
  ...ACTIONS.map((action): [Story, typeof action] => [aStory({ viewer: 'turHead' }), action]),
  ...ACTIONS.map((action): [Story, typeof action] => [
    aStory({ viewer: 'rusDuty', steps: [{ by: 'turDuty', action: 'RETRACT', audience: 'TUR' }] }),
    action,
  ]),
];

function aStory(overrides: Partial<Story>): Story {
  return { reporter: 'turDuty', releaseTo: ['RUS'], steps: [], viewer: 'turDuty', ...overrides };
}

const callerNamed = (name: string): Caller => {
  const caller = callers[name];
  if (!caller) throw new Error(name);
  return caller;
};

it('what is listed can be done, and nothing else can', async () => {
  const listed = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(story, fc.constantFrom(...ACTIONS), async (tale, action) => {
      const report = await run(callerNamed(tale.reporter), REPORT, aReport({ releaseTo: tale.releaseTo }));
      const id = report.incident?.id ?? '';
      for (const { by, action: deed, audience } of tale.steps) {
        const seen = await look(callerNamed(by), id);
        if (!seen) continue;
        const [document, inputs] = attempts(deed, seen);
        await callerNamed(by).query(document, {
          input: deed === 'RELEASE' ? { id, version: seen.version, audience } : inputs[0],
        });
      }
      const viewer = callerNamed(tale.viewer);
      const seen = await look(viewer, id);
      if (!seen) {
        const version = (await look(callerNamed(tale.reporter), id))?.version ?? 1;
        expect(await does(viewer, action, { ...({} as Seen), id, version })).toBe(false);
        return;
      }
      const isListed = seen.viewerActions.includes(action);
      listed.set(`${action} ${isListed}`, (listed.get(`${action} ${isListed}`) ?? 0) + 1);
      expect(await does(viewer, action, seen), `${tale.viewer}: ${action}`).toBe(isListed);
    }),
    { numRuns: RUNS, seed: SEED, examples: OWED },
  );
  for (const action of ACTIONS) {
    expect(listed.get(`${action} true`), action).toBeGreaterThan(0);
    expect(listed.get(`${action} false`), action).toBeGreaterThan(0);
  }
}, 300_000);

it('a head that has consented to everything left has nothing to release until the version changes', async () => {
  const { incident } = await run(who.turDuty, REPORT, aReport());
  const id = incident?.id ?? '';
  const mayRelease = async (caller: Caller) => (await look(caller, id))?.viewerActions.includes('RELEASE');
  for (const audience of ['AZE', 'PUBLIC']) {
    expect(await mayRelease(who.turHead)).toBe(true);
    await run(who.turHead, RELEASE, { id, version: 1, audience });
  }
  expect(await mayRelease(who.turHead)).toBe(false);
  expect(await mayRelease(who.rusHead)).toBe(true);
  const seen = await look(who.turHead, id);
  if (seen) expect(await does(who.turHead, 'RELEASE', seen)).toBe(false);
  await run(who.turDuty, AMEND, { id, version: 1, severity: 'LOW' });
  expect(await mayRelease(who.turHead)).toBe(true);
});

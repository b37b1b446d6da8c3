import { inject } from 'vitest';
import type { Audience, Nation, Role } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { type Answer, type App, type Caller, type Identity, startApp } from '../support/app.js';
import { createDatabase } from '../support/databases.js';
import { MASKS, plantEarlierEvents, plantIncidents, plantJoint, plantOwn, removeHidden } from './planting.js';

const NATIONS = ['TUR', 'RUS', 'AZE'] as const;
const VISIBLE_RECORDS = 40;
const HIDDEN_RECORDS = 160;

/** Two databases that differ in nothing but records hidden from one audience. */
export interface Worlds {
  readonly audience: Audience;
  /** Without any hidden record. */
  readonly bare: App;
  /** With the shipped hidden records and many more, written before the visible ones. */
  readonly crowded: App;
  /** The same person in both worlds, of the audience, with tokens of the same second. */
  pairOf(role: Role, identity?: Identity): Pair;
  /** The same of a nation, whichever. */
  pairOfNation(nation: Nation, role: Role, identity?: Identity): Pair;
  stop(): Promise<void>;
}

export interface Pair {
  readonly name: string;
  readonly bare: Caller;
  readonly crowded: Caller;
}

export async function openWorlds(audience: Audience): Promise<Worlds> {
  const bit = AUDIENCE_BIT[audience];
  const visible = MASKS.filter((mask) => (mask & bit) !== 0);
  const hidden = MASKS.filter((mask) => (mask & bit) === 0);
  const nation = audience === 'PUBLIC' ? null : audience;

  const bare = await appOn(async (app) => {
    await removeHidden(app.sql, bit);
    await plantIncidents(app.sql, visible, VISIBLE_RECORDS);
    await plantOwn(app.sql, nation ? [nation] : []);
  });
  const crowded = await appOn(async (app) => {
    await plantIncidents(app.sql, hidden, HIDDEN_RECORDS);
    await plantIncidents(app.sql, visible, VISIBLE_RECORDS);
    await plantOwn(app.sql, NATIONS);
    if (audience === 'AZE' || audience === 'PUBLIC') await plantJoint(app.sql);
    await plantEarlierEvents(app.sql, bit);
  });

  return {
    audience,
    bare,
    crowded,
    pairOf: (role, identity) => pairOf(bare, crowded, nation, role, identity),
    pairOfNation: (other, role, identity) => pairOf(bare, crowded, other, role, identity),
    async stop() {
      await bare.stop();
      await crowded.stop();
    },
  };
}

async function appOn(plant: (app: App) => Promise<void>): Promise<App> {
  const database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  const app = await startApp({ database, config: { logLevel: 'error' } });
  await plant(app);
  await app.sql('analyze');
  return { ...app, stop: () => app.stop().finally(() => database.drop()) };
}

function pairOf(bare: App, crowded: App, nation: Nation | null, role: Role, identity: Identity = {}): Pair {
  const { scopes } = identity;
  const second = (): number => Math.floor(Date.now() / 1000);
  for (;;) {
    const before = second();
    const pair = {
      name: `${nation ?? 'Centre'} ${role}${scopes ? ` with ${scopes.join(' ')}` : ''}`,
      bare: bare.as(nation, role, identity),
      crowded: crowded.as(nation, role, identity),
    };
    if (second() === before) return pair;
  }
}

/** Headers that name the moment or the request, not the answer. */
const PASSING_HEADERS = new Set(['date', 'x-request-id']);

/** All that a client can see of an answer. */
export function visibleParts(answer: Answer): string {
  const headers = [...answer.headers].filter(([name]) => !PASSING_HEADERS.has(name)).sort();
  return [
    `HTTP ${answer.status}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    answer.text,
  ].join('\n');
}

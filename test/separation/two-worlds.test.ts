import 'reflect-metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { AUDIENCES, type Role, type Scope } from '../../src/domain/scopes.js';
import { rounds, SEED } from '../support/rounds.js';
import { operations } from './operations.js';
import { type GrowingPools, poolsOf } from './pools.js';
import { openWorlds, type Pair, visibleParts, type Worlds } from './worlds.js';

/** Operations for each audience; every one is asked in both worlds. */
const RUNS = rounds(60, 1_000);

const { schema } = createSchema();

/** Who asks: every role, and tokens of fewer rights than their role. */
interface Asker {
  readonly role: Role;
  readonly scopes?: readonly Scope[];
}
const NATIONAL: readonly Asker[] = [
  { role: 'LIAISON_OFFICER' },
  { role: 'DUTY_OFFICER' },
  { role: 'CONTINGENT_HEAD' },
  {
    role: 'CONTINGENT_HEAD',
    scopes: ['reference:read', 'incident:read', 'incident:amend', 'incident:assess', 'statistics:read'],
  },
  { role: 'NATIONAL_ADMIN' },
  { role: 'LIAISON_OFFICER', scopes: ['statistics:read'] },
];
const OPEN: readonly Asker[] = [
  { role: 'PUBLIC' },
  { role: 'INTEGRATOR' },
  { role: 'INTEGRATOR', scopes: ['statistics:read', 'reference:read'] },
];

/** Types that two-worlds-writing.test.ts asks for. */
const ASKED_WHILE_WRITING = /^(?:Mutation|Subscription|IncidentEvent|UserError|\w+Payload)$/;

const asked = new Set<string>();
let answeredWhole = 0;
let asking = 0;

describe.each(AUDIENCES)('two worlds that differ in what %s may not see', (audience) => {
  let worlds: Worlds;
  let pools: GrowingPools;
  let pairs: Pair[];

  beforeAll(async () => {
    worlds = await openWorlds(audience);
    pools = await poolsOf(worlds.crowded.sql);
    pairs = (audience === 'PUBLIC' ? OPEN : NATIONAL).map(({ role, scopes }) =>
      worlds.pairOf(role, { scopes }),
    );
  });

  afterAll(() => worlds?.stop());

  it('do differ', async () => {
    const count = 'select count(*)::int as n from incident';
    const [bare] = await worlds.bare.sql<{ n: number }>(count);
    const [crowded] = await worlds.crowded.sql<{ n: number }>(count);
    expect(crowded?.n).toBeGreaterThan(2 * (bare?.n ?? 0));
  });

  it(`answer ${RUNS} random operations with the same bytes`, { timeout: 600_000 }, async () => {
    console.log(`two worlds of ${audience}: seed ${SEED}`);
    await fc.assert(
      fc.asyncProperty(
        operations(schema, pools, asked),
        fc.nat(999),
        async ({ document, variables, fields }, choice) => {
          // Most ask with all rights of an officer, or of an integrator.
          const pair = pairs[choice % 2 === 0 ? 0 : (choice >> 1) % pairs.length];
          if (!pair) throw new Error('Nobody asks');
          const [bare, crowded] = await Promise.all([
            pair.bare.query(document, variables),
            pair.crowded.query(document, variables),
          ]);
          pools.learn(bare.text);
          for (const field of fields) asked.add(field);
          asking += 1;
          if (bare.status === 200 && bare.errors.length === 0) answeredWhole += 1;
          const context = `${pair.name}\n${document}\n${JSON.stringify(variables)}`;
          expect(bare.text, context).not.toMatch(
            /INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE|GRAPHQL_VALIDATION_FAILED/,
          );
          expect(visibleParts(crowded), context).toBe(visibleParts(bare));
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  });
});

describe('the operations', () => {
  it('are worth asking: most are answered whole, and all but a few fields were asked for', () => {
    expect(answeredWhole / asking).toBeGreaterThan(0.5);
    const everything = Object.values(schema.getTypeMap()).flatMap((type) =>
      'getInterfaces' in type &&
      'isTypeOf' in type &&
      !/^__/.test(type.name) &&
      !ASKED_WHILE_WRITING.test(type.name)
        ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
        : [],
    );
    const missed = everything.filter((field) => !asked.has(field));
    console.log(
      `${asking} operations, ${answeredWhole} answered whole, fields never asked for: ${missed.join(' ') || 'none'}`,
    );
    // Chance may leave out a few of the rarest.
    if (asking >= 4 * 260) expect(missed.length).toBeLessThan(everything.length / 20);
  });
});

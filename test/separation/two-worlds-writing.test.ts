import 'reflect-metadata';
import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { AUDIENCES, NATIONS, type Nation } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import type { Answer } from '../support/app.js';
import { cursorsOf, type Stream, stream } from '../support/event-clients.js';
import { IS_LONG, rounds, SEED } from '../support/rounds.js';
import { Chance } from './chance.js';
import { HiddenMoves, RELEASED_UNSEEN } from './hidden-moves.js';
import { type Board, type Move, MUTATIONS, type Piece, randomMove } from './moves.js';
import { type Operation, operations, writing } from './operations.js';
import { type GrowingPools, poolsOf } from './pools.js';
import { type NamedRecord, Renaming, type Side } from './renaming.js';
import { openWorlds, type Pair, visibleParts, type Worlds } from './worlds.js';

/** Moves for each audience; after every one both worlds are asked something at random. */
const RUNS = rounds(30, 400);
/** How long events may take that are going to come, at the most. */
const TIMEOUT_MS = 20_000;
/** Time in which an event that should not come would have come. */
const SILENCE_MS = IS_LONG ? 1_000 : 300;

const { schema } = createSchema();
const asked = new Set<string>();
const outcomes = { written: 0, refused: 0, failed: 0 };

const MADE = 'made: incident { id reference }';
const PROBLEMS = 'problems: userErrors { code }';
const LIVE = `subscription ($after: String) { incidentEvents(after: $after) { cursor kind at incident { id reference originator } } }`;
/** All of an incident that changes; asked for once nothing changes any more. */
const REPLAY = `subscription ($after: String) { incidentEvents(after: $after) { cursor kind at incident {
  id reference version status originator releasedTo viewerActions updatedAt title { text } narrative { text }
  claims { sourceUrl } casualties { killed } provisions { code } retraction { text } digest
  assessments { nation verdict internalNote remark { text } contentHash } revisions { version changes changedBy } } } }`;

describe.each(AUDIENCES)('two worlds in which %s and others write', (audience) => {
  const since = new Date(Date.now() - 1_000);
  let worlds: Worlds;
  let pools: GrowingPools;
  let renaming: Renaming;
  let people: readonly Pair[];
  let streams: Readonly<Record<Side, Stream>>;
  const made: NamedRecord[] = [];
  let minutes = 0;

  beforeAll(async () => {
    worlds = await openWorlds(audience);
    pools = await poolsOf(worlds.crowded.sql);
    renaming = new Renaming(since);
    people =
      audience === 'PUBLIC'
        ? [worlds.pairOf('PUBLIC'), worlds.pairOf('INTEGRATOR')]
        : [
            worlds.pairOf('CONTINGENT_HEAD'),
            worlds.pairOf('CONTINGENT_HEAD', { subject: 'another head' }),
            worlds.pairOf('LIAISON_OFFICER'),
            worlds.pairOf('NATIONAL_ADMIN'),
            worlds.pairOf('DUTY_OFFICER', { scopes: ['incident:read', 'incident:amend'] }),
          ];
    streams = await onBothSides((side) => stream(worlds[side].url, reader()[side].token, { query: LIVE }));
  });

  afterAll(async () => {
    streams?.bare.abort();
    streams?.crowded.abort();
    await worlds?.stop();
  });

  const reader = (): Pair => {
    const [first] = people;
    if (!first) throw new Error('Nobody reads');
    return first;
  };

  /** What is said in common names is said to both in their own, and what they answer comes in common names. */
  async function ask(pair: Pair, { document, variables }: Operation): Promise<Record<Side, Answer>> {
    const said = (side: Side, text: string): string => renaming.said(side, text);
    return onBothSides((side) =>
      pair[side].query(said(side, document), JSON.parse(said(side, JSON.stringify(variables)))),
    );
  }

  function expectSame(answers: Record<Side, Answer>, context: string): void {
    for (const { text, headers } of Object.values(answers)) {
      expect(text, context).not.toMatch(/INTERNAL_SERVER_ERROR|SERVICE_UNAVAILABLE/);
      expect(headers.get('content-length'), context).toBe(String(Buffer.byteLength(text)));
    }
    // A message that repeats a whole input has the key that the client has sent, which differs between the worlds.
    const received = (side: Side): string =>
      renaming
        .heard(side, visibleParts(answers[side]).replace(/^content-length: .*\n/m, ''))
        .replaceAll(/(got invalid value \{[^}]*?)Incident:[0-9a-f-]{36}/g, '$1Incident:…');
    expect(received('crowded'), context).toBe(received('bare'));
  }

  /** Records that both the audience and a nation see, as the bare world has them. Planted ones say more than any write could. */
  async function piecesOf(nation: Nation): Promise<Piece[]> {
    const both = AUDIENCE_BIT[audience] | AUDIENCE_BIT[nation];
    const rows = await worlds.bare.sql<{ key: string; reference: string; version: number }>(
      `select key::text, reference, version from incident
        where audience & $1 = $1 and key::text !~ '-b19d-' order by occurred_from, reference`,
      [both],
    );
    return rows.map(({ key, version }) => ({ id: renaming.heard('bare', `Incident:${key}`), version }));
  }

  async function hiddenIds(): Promise<string[]> {
    const rows = await worlds.crowded.sql<{ key: string }>(
      'select key::text from incident where audience & $1 = 0 order by occurred_from, reference',
      [AUDIENCE_BIT[audience]],
    );
    return rows.map(({ key }) => `Incident:${key}`);
  }

  /** What is hidden from the audience may be there for others, in one of the worlds. */
  async function boardOf(nation: Nation): Promise<Board> {
    return { seen: await piecesOf(nation), unseen: nation === audience ? await hiddenIds() : [], moment };
  }

  function moment(): string {
    minutes += 7;
    return new Date(Date.UTC(2021, 5, 1, 0, minutes, 30)).toISOString();
  }

  /** Somebody moves in both worlds, to the same effect; a record made in both gets its common name. */
  async function move(
    pair: Pair,
    { name, input }: Move,
    generate: fc.GeneratorValue,
  ): Promise<{ answers: Record<Side, Answer>; context: string }> {
    const also = name === 'reportIncident' ? `${MADE} ${PROBLEMS}` : PROBLEMS;
    const operation = writing(schema, pools, generate, { name, input, also });
    for (const field of operation.fields) asked.add(field);
    const answers = await ask(pair, operation);
    const [bare, crowded] = [answers.bare, answers.crowded].map(({ data }) => data?.[name]?.made);
    if (bare && crowded) {
      const record = renaming.meet(bare, crowded);
      if (!made.some(({ id }) => id === record.id)) made.push(record);
    }
    const context = `${pair.name}\n${operation.document}\n${JSON.stringify(operation.variables)}`;
    const [outcome, other] = [answers.bare, answers.crowded].map((answer) => outcomeOf(answer, name));
    expect(other, context).toEqual(outcome);
    outcomes[outcome?.kind ?? 'failed'] += 1;
    return { answers, context };
  }

  it(`answer ${RUNS} random moves, and what is asked after each, alike`, { timeout: 600_000 }, async () => {
    console.log(`writing in two worlds of ${audience}: seed ${SEED}`);
    // Chance alone would leave out a rare one now and then.
    const owed = [...MUTATIONS];
    const tokenIds = people.flatMap(({ bare, crowded }) =>
      [bare, crowded].map(({ token }) => String(decodeJwt(token).jti)),
    );
    const hidden = new HiddenMoves(audience, worlds.crowded, moment, tokenIds);
    await fc.assert(
      fc.asyncProperty(fc.gen(), operations(schema, withMade(pools, made)), async (generate, question) => {
        const chance = new Chance(generate);
        await hidden.make(chance);
        const others = NATIONS.filter((nation) => nation !== audience);
        const isOthers = chance.chance(audience === 'PUBLIC' ? 70 : 35);
        if (isOthers) {
          const nation = chance.pick(others);
          const pair = worlds.pairOfNation(nation, 'CONTINGENT_HEAD', { subject: 'their head' });
          const theirs = randomMove(chance, await boardOf(nation));
          // The hidden moves are the only ones to do that.
          if (theirs.input.audience !== RELEASED_UNSEEN[audience]) await move(pair, theirs, generate);
        } else {
          // The public may do nothing of it, whatever it names.
          const nation = audience === 'PUBLIC' ? 'TUR' : audience;
          const pair = chance.chance(60) ? reader() : chance.pick(people);
          const { answers, context } = await move(
            pair,
            randomMove(chance, await boardOf(nation), owed.pop()),
            generate,
          );
          expectSame(answers, context);
        }
        const pair = chance.pick(people);
        expectSame(await ask(pair, question), `${pair.name}\n${question.document}`);
      }),
      { numRuns: RUNS, seed: SEED + AUDIENCES.indexOf(audience), endOnFailure: true },
    );
    expect(hidden.made).toBeGreaterThan(RUNS / 4);
  });

  it('give the audience the same events, as they happen and again', { timeout: 120_000 }, async () => {
    // Chance may have shown the audience little.
    await assessWhatIsSeen(6);
    await sameEvents(streams, () => streams.bare.messages.length >= 6);
    const cursors = await onBothSides(async (side) => cursorsOf(streams[side].messages));
    // From the first on, from somewhere on, and after what is no event the audience saw.
    const [unseen] = await worlds.crowded.sql<{ key: string }>(
      'select key::text from incident_event where audience & $1 = 0 order by seq desc limit 1',
      [AUDIENCE_BIT[audience]],
    );
    for (const after of [
      { bare: cursors.bare[0], crowded: cursors.crowded[0] },
      { bare: cursors.bare.at(-5), crowded: cursors.crowded.at(-5) },
      { bare: '00000000-0000-4000-8000-00000000abcd', crowded: unseen?.key },
    ]) {
      const again = await onBothSides((side) =>
        stream(worlds[side].url, reader()[side].token, { query: REPLAY, variables: { after: after[side] } }),
      );
      await sameEvents(
        again,
        () =>
          again.bare.isComplete ||
          again.bare.messages.at(-1)?.data?.incidentEvents.cursor === cursors.bare.at(-1),
      );
      expect(again.crowded.status).toBe(again.bare.status);
      again.bare.abort();
      again.crowded.abort();
    }
  });

  /** Some records are assessed that the audience sees. */
  async function assessWhatIsSeen(count: number): Promise<void> {
    const head = worlds.pairOfNation('TUR', 'CONTINGENT_HEAD', { subject: 'a head in time' });
    const document = `mutation ($input: AssessIncidentInput!) { assessIncident(input: $input) { ${PROBLEMS} } }`;
    let assessed = 0;
    for (const { id, version } of await piecesOf('TUR')) {
      if (assessed === count) return;
      const variables = { input: { id, version, verdict: 'INCONCLUSIVE' } };
      const answers = await ask(head, { document, variables, fields: new Set() });
      const outcome = outcomeOf(answers.bare, 'assessIncident');
      expect(outcomeOf(answers.crowded, 'assessIncident'), id).toEqual(outcome);
      if (outcome.kind === 'written') assessed += 1;
    }
    expect(assessed).toBe(count);
  }

  /** Waits until all that is to come has come to both, and then for what should not. */
  async function sameEvents(given: Readonly<Record<Side, Stream>>, isWhole: () => boolean): Promise<void> {
    await vi.waitFor(
      () => {
        expect(isWhole(), `${given.bare.messages.length} events`).toBe(true);
        expectSameEvents(given);
      },
      { timeout: TIMEOUT_MS, interval: 100 },
    );
    await new Promise((resolve) => setTimeout(resolve, SILENCE_MS));
    expectSameEvents(given);
  }

  function expectSameEvents(given: Readonly<Record<Side, Stream>>): void {
    const received = (side: Side): string[] =>
      given[side].messages.map((message) => {
        const cursor: string = message.data?.incidentEvents.cursor ?? 'none';
        return renaming.heard(side, JSON.stringify(message)).replace(cursor, 'cursor');
      });
    expect(received('crowded')).toEqual(received('bare'));
    expect(given.crowded.isComplete).toBe(given.bare.isComplete);
  }
});

describe('the moves', () => {
  it('are worth making: some are written and some refused, of every mutation, and all but a few fields of payloads were asked for', () => {
    console.log(`${JSON.stringify(outcomes)} of ${AUDIENCES.length * RUNS} moves`);
    expect(outcomes.written).toBeGreaterThan(RUNS / 2);
    expect(outcomes.refused).toBeGreaterThan(RUNS / 4);
    expect(outcomes.failed).toBeGreaterThan(RUNS / 4);
    const payloads = Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, type }) => {
      const payload = schema.getType(String(type).replaceAll(/[![\]]/g, ''));
      const fields = payload && 'getFields' in payload ? Object.keys(payload.getFields()) : [];
      return [`Mutation.${name}`, ...fields.map((field) => `${payload?.name}.${field}`)];
    });
    const never = payloads.filter((field) => !asked.has(field));
    console.log(`never asked for: ${never.join(' ') || 'none'}`);
    expect(never.filter((field) => field.startsWith('Mutation.'))).toEqual([]);
    // Chance leaves out a field now and then, and more of them in few moves.
    if (RUNS >= 100) expect(never.length).toBeLessThan(5);
  });
});

function outcomeOf(
  { errors, data }: Answer,
  name: string,
): { kind: keyof typeof outcomes; codes: unknown[] } {
  const codes = errors.map(({ extensions }) => extensions.code);
  if (!data?.[name]) return { kind: 'failed', codes };
  const problems: { code: string }[] = data[name].problems;
  return { kind: problems.length > 0 ? 'refused' : 'written', codes: problems.map(({ code }) => code) };
}

async function onBothSides<T>(make: (side: Side) => Promise<T>): Promise<Record<Side, T>> {
  const [bare, crowded] = await Promise.all([make('bare'), make('crowded')]);
  return { bare, crowded };
}

/** Pools that know the records made so far as well. */
function withMade(pools: GrowingPools, made: readonly NamedRecord[]): GrowingPools {
  return {
    ...pools,
    get ids() {
      return [...pools.ids, ...made.map(({ id }) => id)];
    },
    get references() {
      return [...pools.references, ...made.map(({ reference }) => reference)];
    },
  };
}

import { VOCABULARIES } from '../../src/domain/vocabularies.js';
import type { Chance } from './chance.js';

/** A mutation that somebody asks for. */
export interface Move {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A record on the board, as it stands. */
export interface Piece {
  readonly id: string;
  readonly version: number;
}

/** What there is to ask with. */
export interface Board {
  /** Records that whoever moves sees. */
  readonly seen: readonly Piece[];
  /** Ids of records that they do not see. */
  readonly unseen: readonly string[];
  /** Another moment at every call: records of one moment would be sorted by their keys, which are random. */
  moment(): string;
}

const ABSENT = ['Incident:00000000-0000-4000-8000-00000000abcd', 'Incident:nonsense', 'Party:TUR', ''];
const WORDS = ['Mayın patlaması', 'Обстрел поста', 'Atəşkəsin pozulması', 'Hidden record kukumavb', 'Ağdam'];
const PLACES = ['agdam', 'fuzuli', 'shusha', 'lachin'];
const NO_PLACES = ['nowhere', 'Агдам'];
const PARTIES = ['TUR', 'RUS', 'AZE', 'ARM'];
const PROVISIONS = ['trilateral-statement-2020/1', 'trilateral-statement-2020/6', 'memorandum-2020/1'];
/** Of a hundred values, those that are no good. */
const BAD = 5;
/** Few enough to be used again, by others as well. */
const KEYS = Array.from({ length: 24 }, (_, index) => `key ${index}`);

/** How often each is made, of a hundred. */
const SHARES = {
  reportIncident: 24,
  amendIncident: 18,
  translateIncident: 14,
  assessIncident: 18,
  releaseIncident: 14,
  retractIncident: 4,
  assessProvision: 4,
  revokeToken: 4,
} as const;
type Name = keyof typeof SHARES;

/** Every mutation that a move can be. */
export const MUTATIONS = Object.keys(SHARES) as Name[];

/** A random mutation, as often as not one that is refused; of the name that is given, if there is one. */
export function randomMove(chance: Chance, board: Board, name: Name = randomName(chance)): Move {
  const input = inputOf(name, chance, board);
  // Now and then what no client of ours would send.
  if (chance.chance(3)) return { name, input: { ...input, version: 'one', surplus: null } };
  return { name, input };
}

function randomName(chance: Chance): Name {
  return chance.pick(MUTATIONS.flatMap((name) => Array.from({ length: SHARES[name] }, () => name)));
}

function inputOf(name: Name, chance: Chance, board: Board): Record<string, unknown> {
  switch (name) {
    case 'reportIncident':
      return report(chance, board);
    case 'amendIncident':
      return { ...target(chance, board), ...amendment(chance, board) };
    case 'translateIncident':
      return {
        ...target(chance, board),
        ...maybe(chance, 90, { title: text(chance) }),
        ...maybe(chance, 20, { narrative: text(chance) }),
        ...maybe(chance, 30, { status: chance.pick(VOCABULARIES.TranslationStatus) }),
      };
    case 'assessIncident':
      return {
        ...target(chance, board),
        verdict: chance.pick(VOCABULARIES.Verdict),
        ...maybe(chance, 30, { remark: text(chance) }),
        ...maybe(chance, 40, { internalNote: chance.pick(WORDS) }),
      };
    case 'releaseIncident':
      return { ...target(chance, board), audience: chance.pick(VOCABULARIES.Audience) };
    case 'retractIncident':
      return { ...target(chance, board), reason: text(chance) };
    case 'assessProvision':
      return {
        code: chance.pick(PROVISIONS),
        status: chance.pick(VOCABULARIES.ImplementationStatus),
        ...maybe(chance, 40, { rationale: text(chance) }),
      };
    case 'revokeToken':
      return { jti: chance.pick(['', 'some token', 'c0ffee00-0000-4000-8000-000000000000', ...KEYS]) };
  }
}

function report(chance: Chance, board: Board): Record<string, unknown> {
  return {
    idempotencyKey: chance.pick(KEYS),
    category: chance.pick(VOCABULARIES.IncidentCategory),
    occurredFrom: board.moment(),
    title: text(chance),
    ...maybe(chance, 40, { narrative: text(chance) }),
    ...maybe(chance, 60, {
      releaseTo: chance.chance(BAD) ? ['PUBLIC'] : chance.pick([[], ['TUR'], ['RUS'], ['TUR', 'RUS']]),
    }),
    ...content(chance),
  };
}

function amendment(chance: Chance, board: Board): Record<string, unknown> {
  return {
    ...maybe(chance, 30, { category: chance.pick(VOCABULARIES.IncidentCategory) }),
    ...maybe(chance, 20, { occurredFrom: board.moment() }),
    ...maybe(chance, 30, { title: text(chance) }),
    ...maybe(chance, 20, { narrative: chance.chance(50) ? null : text(chance) }),
    ...content(chance),
  };
}

function content(chance: Chance): Record<string, unknown> {
  const number = (): number => (chance.chance(BAD) ? -1 : chance.pick([0, 1, 2, 7]));
  return {
    ...maybe(chance, 40, { severity: chance.pick(VOCABULARIES.Severity) }),
    ...maybe(chance, 50, { place: chance.pick(chance.chance(BAD) ? NO_PLACES : PLACES) }),
    ...maybe(chance, 30, {
      position: {
        latitude: chance.chance(BAD) ? 91 : chance.pick([39.9, 40.1]),
        longitude: chance.pick([46.9, 12.5]),
      },
    }),
    ...maybe(chance, 30, {
      claims: [
        {
          claimant: chance.chance(BAD) ? 'NOBODY' : chance.pick(PARTIES),
          sourceType: 'MEDIA',
          statement: text(chance),
        },
      ],
    }),
    ...maybe(chance, 30, { casualties: [{ group: 'MILITARY', killed: number(), wounded: number() }] }),
    ...maybe(chance, 30, { provisions: [chance.chance(BAD) ? 'nothing' : chance.pick(PROVISIONS)] }),
  };
}

/** Most often a record one sees, in the version that stands. */
function target(chance: Chance, { seen, unseen }: Board): { id: string; version: number } {
  if (seen.length === 0 || chance.chance(20)) {
    const nowhere = unseen.length === 0 || chance.chance(25);
    return { id: chance.pick(nowhere ? ABSENT : unseen), version: chance.pick([1, 2]) };
  }
  // The newest first: much is done to the same few records.
  const { id, version } = chance.pick(chance.chance(60) ? seen.slice(-6) : seen);
  return { id, version: chance.chance(88) ? version : version + chance.pick([-1, 1]) };
}

function text(chance: Chance): { locale: string; text: string } {
  return {
    locale: chance.pick(VOCABULARIES.Locale),
    text: chance.chance(1) ? ' ' : `${chance.pick(WORDS)} ${chance.below(1_000)}`,
  };
}

function maybe(chance: Chance, percent: number, fields: Record<string, unknown>): Record<string, unknown> {
  return chance.chance(percent) ? fields : {};
}

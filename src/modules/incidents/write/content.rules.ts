import {
  CLOCK_SKEW_MS,
  FIRST_MOMENT,
  MAX_CASUALTIES,
  MAX_ITEMS,
  MAX_LENGTH,
} from '../../../domain/limits.js';
import type { Problem } from '../../../mutations/problem.js';
import {
  checkListLength,
  parseTextInput,
  parseUrl,
  sourceText,
  unknownCode,
} from '../../../mutations/text.rules.js';
import type { CasualtiesContent, ClaimContent, PositionContent } from './content.js';
import { textContent } from './content.js';
import type { CasualtiesInput, ClaimInput, PositionInput } from './writing.inputs.js';

/** Rules for the content of an incident, from the API and from imports. Violations are added to `problems`. */

/**
 * A box around the districts of the truce. A position outside of it is possible, but more often latitude and
 * longitude are swapped.
 */
const AREA = { south: 38.3, north: 41.2, west: 44.7, east: 48.4 } as const;

type Path = readonly string[];

export function checkTime(time: Date, field: Path, now: Date, problems: Problem[]): void {
  if (time.getTime() > now.getTime() + CLOCK_SKEW_MS) problems.push({ reason: 'IN_THE_FUTURE', field });
  if (time < FIRST_MOMENT) problems.push({ reason: 'BEFORE_RECORD', field });
}

export function checkInterval(from: Date, to: Date | null, field: Path, problems: Problem[]): void {
  if (to !== null && to <= from) problems.push({ reason: 'INTERVAL', field });
}

export function parsePosition(
  { latitude, longitude, precision }: PositionInput,
  field: Path,
  problems: Problem[],
  warnings: Problem[],
): PositionContent {
  const before = problems.length;
  checkNumber(latitude, -90, 90, [...field, 'latitude'], problems);
  checkNumber(longitude, -180, 180, [...field, 'longitude'], problems);
  const isInside =
    latitude >= AREA.south && latitude <= AREA.north && longitude >= AREA.west && longitude <= AREA.east;
  if (problems.length === before && !isInside) warnings.push({ reason: 'OUTSIDE_AREA', field });
  return { latitude: latitude + 0, longitude: longitude + 0, precision };
}

function checkNumber(
  value: number,
  minimum: number,
  maximum: number,
  field: Path,
  problems: Problem[],
): void {
  if (!(value >= minimum && value <= maximum)) {
    problems.push({ reason: 'NUMBER', field, variables: { minimum, maximum } });
  }
}

export function parseClaims(claims: readonly ClaimInput[], field: Path, problems: Problem[]): ClaimContent[] {
  checkListLength(claims, MAX_ITEMS.claims, field, problems);
  return claims.map(({ claimant, attributedTo, sourceType, sourceUrl, statement }, index) => {
    const path = [...field, String(index)];
    return {
      claimant,
      attributedTo: attributedTo ?? null,
      sourceType,
      sourceUrl: sourceUrl == null ? null : parseUrl(sourceUrl, [...path, 'sourceUrl'], problems),
      statement:
        statement == null
          ? null
          : textContent(
              sourceText(
                parseTextInput(statement, [...path, 'statement'], { longest: MAX_LENGTH.remark }, problems),
              ),
            ),
    };
  });
}

export function parseCasualties(
  casualties: readonly CasualtiesInput[],
  field: Path,
  problems: Problem[],
): CasualtiesContent[] {
  checkListLength(casualties, MAX_ITEMS.casualties, field, problems);
  return casualties.map(({ party, group, ...counts }, index) => {
    const count = (name: 'killed' | 'wounded' | 'detained'): number | null => {
      const value = counts[name] ?? null;
      if (value !== null) checkNumber(value, 0, MAX_CASUALTIES, [...field, String(index), name], problems);
      return value;
    };
    return {
      party: party ?? null,
      group,
      killed: count('killed'),
      wounded: count('wounded'),
      detained: count('detained'),
    };
  });
}

export function parseProvisions(codes: readonly string[], field: Path, problems: Problem[]): string[] {
  checkListLength(codes, MAX_ITEMS.provisions, field, problems);
  codes.forEach((code, index) => {
    if (codes.indexOf(code) !== index)
      problems.push({ reason: 'NAMED_TWICE', field: [...field, String(index)] });
  });
  return [...codes];
}

/** Codes that incidents may name. */
export interface KnownCodes {
  readonly places: { has(code: string): boolean };
  readonly parties: { has(code: string): boolean };
  readonly provisions: { has(code: string): boolean };
}

/** Problems for codes that do not exist. */
export function unknownCodes(
  content: {
    readonly place: string | null;
    readonly claims: readonly Pick<ClaimContent, 'claimant' | 'attributedTo'>[];
    readonly casualties: readonly Pick<CasualtiesContent, 'party'>[];
    readonly provisions: readonly string[];
  },
  known: KnownCodes,
): Problem[] {
  const problems: Problem[] = [];
  const check = (code: string | null, codes: { has(code: string): boolean }, ...path: string[]): void => {
    if (code !== null && !codes.has(code)) problems.push(unknownCode(code, ['input', ...path]));
  };
  check(content.place, known.places, 'place');
  content.claims.forEach(({ claimant, attributedTo }, index) => {
    check(claimant, known.parties, 'claims', String(index), 'claimant');
    check(attributedTo, known.parties, 'claims', String(index), 'attributedTo');
  });
  content.casualties.forEach(({ party }, index) => {
    check(party, known.parties, 'casualties', String(index), 'party');
  });
  content.provisions.forEach((code, index) => {
    check(code, known.provisions, 'provisions', String(index));
  });
  return problems;
}

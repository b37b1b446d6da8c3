import { MAX_LENGTH } from '../../../domain/limits.js';
import type { Locale } from '../../../domain/locale.js';
import type { StoredText, StoredTranslation } from '../../../graphql-types/localized-text.type.js';
import type { Problem } from '../../../mutations/problem.js';
import { parseTextInput, sourceText, type WrittenText } from '../../../mutations/text.rules.js';
import { canonicalJson } from './canonical-json.js';
import { type IncidentContent } from './content.js';
import { checkTime, parseCasualties, parseClaims, parsePosition, parseProvisions } from './content.rules.js';
import type { AmendIncidentInput } from './writing.inputs.js';

/** A parsed amendment. It is valid if `problems` is empty. */
interface ParsedAmendment {
  /** The changed parts, without title and narrative. */
  readonly patch: Partial<Omit<IncidentContent, 'title' | 'narrative'>>;
  readonly title: WrittenText | undefined;
  /** Null removes it. */
  readonly narrative: WrittenText | null | undefined;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Parts that cannot be null. An empty list removes all items of a list. */
const NEVER_NULL = [
  'category',
  'severity',
  'occurredFrom',
  'timePrecision',
  'title',
  'claims',
  'casualties',
  'provisions',
] as const satisfies readonly (keyof AmendIncidentInput)[];

export function parseAmendment(input: AmendIncidentInput, now: Date): ParsedAmendment {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const { occurredFrom, occurredTo } = input;
  for (const name of NEVER_NULL) {
    if (input[name] === null) problems.push({ reason: 'REQUIRED', field: ['input', name] });
  }
  const { id: _id, version: _version, ...changes } = input;
  if (Object.values(changes).every((value) => value === undefined)) {
    problems.push({ reason: 'NOTHING_GIVEN', field: ['input'] });
  }
  if (occurredFrom) checkTime(occurredFrom, ['input', 'occurredFrom'], now, problems);
  if (occurredTo) checkTime(occurredTo, ['input', 'occurredTo'], now, problems);
  return {
    patch: readPatch(input, problems, warnings),
    title: input.title
      ? parseTextInput(input.title, ['input', 'title'], { longest: MAX_LENGTH.title }, problems)
      : undefined,
    narrative: input.narrative
      ? parseTextInput(
          input.narrative,
          ['input', 'narrative'],
          { longest: MAX_LENGTH.narrative, hasLines: true },
          problems,
        )
      : input.narrative,
    problems,
    warnings,
  };
}

function readPatch(
  input: AmendIncidentInput,
  problems: Problem[],
  warnings: Problem[],
): ParsedAmendment['patch'] {
  const { category, severity, occurredFrom, occurredTo, timePrecision, place, position } = input;
  return {
    ...(category ? { category } : {}),
    ...(severity ? { severity } : {}),
    ...(occurredFrom ? { occurredFrom: occurredFrom.toISOString() } : {}),
    ...(occurredTo === undefined ? {} : { occurredTo: occurredTo?.toISOString() ?? null }),
    ...(timePrecision ? { timePrecision } : {}),
    ...(place === undefined ? {} : { place }),
    ...(position === undefined
      ? {}
      : { position: position && parsePosition(position, ['input', 'position'], problems, warnings) }),
    ...(input.claims ? { claims: parseClaims(input.claims, ['input', 'claims'], problems) } : {}),
    ...(input.casualties
      ? { casualties: parseCasualties(input.casualties, ['input', 'casualties'], problems) }
      : {}),
    ...(input.provisions
      ? { provisions: parseProvisions(input.provisions, ['input', 'provisions'], problems) }
      : {}),
  };
}

/** The text with a new source. Translations of the old source are stale from then on. */
export function amendedText(text: StoredText | null, { locale, text: words }: WrittenText): StoredText {
  if (text === null) return sourceText({ locale, text: words });
  if (text.source === locale && text.texts[locale]?.text === words) return text;
  const revision = text.revision + 1;
  const texts: Partial<Record<Locale, StoredTranslation>> = { ...text.texts };
  const former = texts[text.source];
  if (former) texts[text.source] = { ...former, status: 'WORKING' };
  texts[locale] = { locale, text: words, status: 'SOURCE', revision };
  return { source: locale, revision, texts };
}

/** Parts of the content in the order in which changes are listed. */
const PARTS = [
  'category',
  'severity',
  'occurredFrom',
  'occurredTo',
  'timePrecision',
  'place',
  'position',
  'title',
  'narrative',
  'claims',
  'casualties',
  'provisions',
] as const satisfies readonly (keyof IncidentContent)[];

/** Names of the parts of the content that differ. */
export function changedParts(before: IncidentContent, after: IncidentContent): (keyof IncidentContent)[] {
  return PARTS.filter((part) => canonicalJson(before[part]) !== canonicalJson(after[part]));
}

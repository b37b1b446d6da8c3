import { z } from 'zod';
import { LOCALES, type Locale } from '../../../domain/locale.js';
import { VOCABULARIES } from '../../../domain/vocabularies.js';
import { translator, vocabularyLabel } from '../../../i18n/labels.js';
import { listText } from '../../../i18n/lists.js';
import { occurrenceText } from '../../../i18n/moments.js';
import { placePhrase } from '../../../i18n/place-phrase.js';

const count = z.number().int().nonnegative().nullable();
const party = z.object({ code: z.string(), name: z.string() });
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** The parts of a digest. Names are in its language. */
export const digestParts = z.object({
  category: z.enum(VOCABULARIES.IncidentCategory),
  severity: z.enum(VOCABULARIES.Severity),
  status: z.enum(VOCABULARIES.IncidentStatus),
  occurredFrom: moment,
  occurredTo: moment.nullable(),
  timePrecision: z.enum(VOCABULARIES.TimePrecision),
  title: z.object({ text: z.string(), locale: z.enum(LOCALES), isStale: z.boolean() }),
  /** The source if there are no claims. */
  originator: party,
  place: z
    .object({ kind: z.enum(VOCABULARIES.PlaceKind), name: z.string(), district: z.string().nullable() })
    .nullable(),
  claims: z.array(z.object({ claimant: party, attributedTo: party.nullable() })),
  casualties: z.array(
    z.object({ group: z.enum(VOCABULARIES.CasualtyGroup), killed: count, wounded: count, detained: count }),
  ),
});

export type DigestParts = z.infer<typeof digestParts>;
type Party = z.infer<typeof party>;

const HARMS = ['killed', 'wounded', 'detained'] as const;
type Harm = (typeof HARMS)[number];

/** One paragraph that states what is recorded of an incident, all of it as claims. */
export function digest(locale: Locale, parts: DigestParts): string {
  const t = translator(locale);
  const { title } = parts;
  return [
    event(locale, parts),
    ...(title.locale === locale
      ? []
      : [t('digest.foreign', { language: vocabularyLabel(locale, 'Locale', title.locale) })]),
    ...(title.isStale ? [t('digest.stale')] : []),
    ...responsibility(locale, parts),
    ...casualties(locale, parts),
    t(`description.IncidentStatus.${parts.status}`),
  ].join(' ');
}

function event(locale: Locale, parts: DigestParts): string {
  const { category, severity, occurredFrom, occurredTo, timePrecision, place, title } = parts;
  const claimants = parts.claims.map(({ claimant }) => claimant);
  return translator(locale)('digest.event', {
    when: occurrenceText(locale, occurredFrom, occurredTo, timePrecision),
    ...(place ? { where: placePhrase(locale, place) } : { context: 'nowhere' }),
    sources: named(locale, 'source', claimants.length > 0 ? claimants : [parts.originator]),
    title: title.text,
    category: vocabularyLabel(locale, 'IncidentCategory', category),
    severity: vocabularyLabel(locale, 'Severity', severity),
  });
}

/** Whom the claims hold responsible, in one sentence for all claimants that name the same parties. */
function responsibility(locale: Locale, { claims }: DigestParts): string[] {
  const blamed = new Map<string, Party[]>();
  for (const claimant of distinct(claims.map((claim) => claim.claimant))) {
    const parties = claims.flatMap((claim) =>
      claim.claimant.code === claimant.code && claim.attributedTo ? [claim.attributedTo] : [],
    );
    if (parties.length === 0) continue;
    const list = named(locale, 'party', parties);
    blamed.set(list, [...(blamed.get(list) ?? []), claimant]);
  }
  return [...blamed].map(([parties, claimants]) =>
    translator(locale)('digest.responsibility', { parties, sources: named(locale, 'source', claimants) }),
  );
}

/** Parties in the grammatical form of their role in the sentence. */
function named(locale: Locale, role: 'source' | 'party', parties: readonly Party[]): string {
  const t = translator(locale);
  return listText(
    locale,
    distinct(parties).map(({ code, name }) => t(`digest.${role}`, { context: code, name })),
  );
}

function distinct(parties: readonly Party[]): Party[] {
  return [...new Map(parties.map((item) => [item.code, item])).values()];
}

function casualties(locale: Locale, parts: DigestParts): string[] {
  const t = translator(locale);
  const known = (harm: Harm): number | null => {
    const counts = parts.casualties.flatMap((row) => row[harm] ?? []);
    return counts.length === 0 ? null : counts.reduce((sum, value) => sum + value, 0);
  };
  const [killed, wounded, detained] = HARMS.map(known);
  const isAnyoneDetained = (detained ?? 0) > 0;
  if (killed === null && wounded === null && !isAnyoneDetained) return [t('digest.casualties_unknown')];
  if (killed === 0 && wounded === 0 && !isAnyoneDetained) return [t('digest.casualties_none')];
  const items = HARMS.flatMap((harm) =>
    VOCABULARIES.CasualtyGroup.flatMap((group) => {
      const sum = parts.casualties.reduce(
        (total, row) => total + (row.group === group ? (row[harm] ?? 0) : 0),
        0,
      );
      return sum > 0 ? [t(`digest.${harm}`, { context: group, count: sum })] : [];
    }),
  );
  return [
    ...(items.length > 0 ? [t('digest.casualties', { list: listText(locale, items) })] : []),
    ...(killed === 0 ? [t('digest.nobody_killed')] : []),
    ...(wounded === 0 ? [t('digest.nobody_wounded')] : []),
    ...(killed === null ? [t('digest.unknown_killed')] : []),
    ...(wounded === null ? [t('digest.unknown_wounded')] : []),
  ];
}

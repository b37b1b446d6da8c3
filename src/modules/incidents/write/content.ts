import { createHash } from 'node:crypto';
import type { Locale } from '../../../domain/locale.js';
import type {
  CasualtyGroup,
  GeoPrecision,
  IncidentCategory,
  Severity,
  SourceType,
  TimePrecision,
  TranslationStatus,
} from '../../../domain/vocabularies.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';

/**
 * The content of a version of an incident in every language. The content hash covers it. docs/content-hash.md
 * describes the form: change both together.
 */
export interface IncidentContent {
  readonly category: IncidentCategory;
  readonly severity: Severity;
  /** ISO 8601 in UTC with milliseconds, as are all times here. */
  readonly occurredFrom: string;
  readonly occurredTo: string | null;
  readonly timePrecision: TimePrecision;
  /** Code of the place. */
  readonly place: string | null;
  readonly position: PositionContent | null;
  readonly title: TextContent;
  readonly narrative: TextContent | null;
  readonly claims: readonly ClaimContent[];
  readonly casualties: readonly CasualtiesContent[];
  /** Codes of the provisions. */
  readonly provisions: readonly string[];
}

export interface PositionContent {
  readonly latitude: number;
  readonly longitude: number;
  readonly precision: GeoPrecision;
}

/** A text in all its languages. */
export interface TextContent {
  readonly source: Locale;
  readonly texts: Readonly<
    Partial<Record<Locale, { readonly text: string; readonly status: TranslationStatus }>>
  >;
}

/** Parties are named by their codes. */
export interface ClaimContent {
  readonly claimant: string;
  readonly attributedTo: string | null;
  readonly sourceType: SourceType;
  readonly sourceUrl: string | null;
  readonly statement: TextContent | null;
}

/** Null is unknown, not none. */
export interface CasualtiesContent {
  readonly party: string | null;
  readonly group: CasualtyGroup;
  readonly killed: number | null;
  readonly wounded: number | null;
  readonly detained: number | null;
}

/** A stored text without its revision numbers, which are not content. */
export function textContent({ source, texts }: StoredText): TextContent {
  const entries = Object.values(texts).map(({ locale, text, status }) => [locale, { text, status }] as const);
  return { source, texts: Object.fromEntries(entries) };
}

/** SHA-256 over the UTF-8 of the canonical content, in lower-case hexadecimal. */
export function contentHash(canonical: string): string {
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}

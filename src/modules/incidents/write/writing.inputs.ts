import { GraphQLID, GraphQLString } from 'graphql';
import { Field, Float, InputType, Int } from 'type-graphql';
import { limitText, MAX_CASUALTIES, MAX_ITEMS, MAX_LENGTH } from '../../../domain/limits.js';
import type { Audience } from '../../../domain/scopes.js';
import type {
  CasualtyGroup,
  GeoPrecision,
  IncidentCategory,
  Severity,
  SourceType,
  TimePrecision,
  TranslationStatus,
  Verdict,
} from '../../../domain/vocabularies.js';
import { ENUMS } from '../../../graphql-types/enums.js';
import { DateTimeScalar } from '../../../graphql-types/scalars.js';
import { TextInput } from '../../../mutations/text.inputs.js';

/** Lengths in the format of descriptions. */
const LENGTH = {
  title: limitText(MAX_LENGTH.title),
  narrative: limitText(MAX_LENGTH.narrative),
  remark: limitText(MAX_LENGTH.remark),
  url: limitText(MAX_LENGTH.url),
  idempotencyKey: limitText(MAX_LENGTH.idempotencyKey),
} as const;

@InputType({ description: 'Where exactly something happened.' })
export class PositionInput {
  @Field(() => Float, { description: 'Latitude in degrees north, WGS 84, -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'Longitude in degrees east, WGS 84, -180 to 180.' })
  longitude!: number;

  @Field(() => ENUMS.GeoPrecision, { defaultValue: 'EXACT', description: 'How exact the position is.' })
  precision!: GeoPrecision;
}

@InputType({ description: 'What a side says about an incident.' })
export class ClaimInput {
  @Field(() => GraphQLString, { description: 'Code of the party that says it.' })
  claimant!: string;

  @Field(() => GraphQLString, {
    nullable: true,
    description: 'Code of the party that the claimant holds responsible.',
  })
  attributedTo?: string | null;

  @Field(() => ENUMS.SourceType, { description: 'What the claim rests on.' })
  sourceType!: SourceType;

  @Field(() => GraphQLString, {
    nullable: true,
    description: `Where it was published: an http or https address of at most ${LENGTH.url} characters.`,
  })
  sourceUrl?: string | null;

  @Field(() => TextInput, {
    nullable: true,
    description: `The claimant's words, at most ${LENGTH.remark} characters.`,
  })
  statement?: TextInput | null;
}

@InputType({
  description: 'Numbers of a group who were killed, wounded or detained. Omit unknown numbers; 0 is none.',
})
export class CasualtiesInput {
  @Field(() => GraphQLString, { nullable: true, description: 'Code of the party whose people they were.' })
  party?: string | null;

  @Field(() => ENUMS.CasualtyGroup, { description: 'Military or civilian.' })
  group!: CasualtyGroup;

  @Field(() => Int, { nullable: true, description: `Number killed, 0 to ${limitText(MAX_CASUALTIES)}.` })
  killed?: number | null;

  @Field(() => Int, { nullable: true, description: `Number wounded, 0 to ${limitText(MAX_CASUALTIES)}.` })
  wounded?: number | null;

  @Field(() => Int, { nullable: true, description: `Number detained, 0 to ${limitText(MAX_CASUALTIES)}.` })
  detained?: number | null;
}

@InputType({ description: 'A new incident.' })
export class ReportIncidentInput {
  @Field(() => GraphQLString, {
    description: `Chosen by the client for this report, 1 to ${LENGTH.idempotencyKey} characters: the same key with the same content answers the first result again; with other content it is refused. Keys are per issuer and subject of the token, and are stored for at least 24 hours.`,
  })
  idempotencyKey!: string;

  @Field(() => ENUMS.IncidentCategory, { description: 'What happened.' })
  category!: IncidentCategory;

  @Field(() => ENUMS.Severity, { defaultValue: 'MODERATE', description: 'How grave it is.' })
  severity!: Severity;

  @Field(() => DateTimeScalar, {
    description: 'When it happened, or began: not in the future, and not before 27 September 2020 in Baku.',
  })
  occurredFrom!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was over (half-open): after occurredFrom, and not in the future.',
  })
  occurredTo?: Date | null;

  @Field(() => ENUMS.TimePrecision, { defaultValue: 'MINUTE', description: 'How exact the time is.' })
  timePrecision!: TimePrecision;

  @Field(() => GraphQLString, { nullable: true, description: 'Code of the place.' })
  place?: string | null;

  @Field(() => PositionInput, { nullable: true, description: 'The exact position, if known.' })
  position?: PositionInput | null;

  @Field(() => TextInput, { description: `What happened, in a line of at most ${LENGTH.title} characters.` })
  title!: TextInput;

  @Field(() => TextInput, {
    nullable: true,
    description: `What happened, in full: at most ${LENGTH.narrative} characters, line breaks and tabs allowed.`,
  })
  narrative?: TextInput | null;

  @Field(() => [ClaimInput], {
    nullable: true,
    defaultValue: [],
    description: `What the sides say about it, at most ${MAX_ITEMS.claims} claims.`,
  })
  claims?: ClaimInput[] | null;

  @Field(() => [CasualtiesInput], {
    nullable: true,
    defaultValue: [],
    description: `Killed, wounded and detained, at most ${MAX_ITEMS.casualties} groups.`,
  })
  casualties?: CasualtiesInput[] | null;

  @Field(() => [GraphQLString], {
    nullable: true,
    defaultValue: [],
    description: `Codes of the provisions it concerns, at most ${MAX_ITEMS.provisions}.`,
  })
  provisions?: string[] | null;

  @Field(() => [ENUMS.Audience], {
    nullable: true,
    defaultValue: ['TUR', 'RUS'],
    description:
      "Which of TUR and RUS see it besides its originator; AZE and PUBLIC need both heads' consent afterwards. Default: TUR and RUS for a joint-command nation's report to be joint, the originator alone when empty.",
  })
  releaseTo?: Audience[] | null;
}

@InputType({
  description:
    "A change to a record of one's own nation. Omitted fields stay unchanged; null removes an optional value.",
})
export class AmendIncidentInput {
  @Field(() => GraphQLID, { description: 'Global id of the incident.' })
  id!: string;

  @Field(() => Int, { description: 'The version the change is made to.' })
  version!: number;

  @Field(() => ENUMS.IncidentCategory, { nullable: true, description: 'What happened.' })
  category?: IncidentCategory | null;

  @Field(() => ENUMS.Severity, { nullable: true, description: 'How grave it is.' })
  severity?: Severity | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it happened, or began.' })
  occurredFrom?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was over; null removes it.' })
  occurredTo?: Date | null;

  @Field(() => ENUMS.TimePrecision, { nullable: true, description: 'How exact the time is.' })
  timePrecision?: TimePrecision | null;

  @Field(() => GraphQLString, { nullable: true, description: 'Code of the place; null removes it.' })
  place?: string | null;

  @Field(() => PositionInput, { nullable: true, description: 'The exact position; null removes it.' })
  position?: PositionInput | null;

  @Field(() => TextInput, {
    nullable: true,
    description:
      'The new source text of the title. Its translations become stale; if the language changes, the former source text becomes one of them.',
  })
  title?: TextInput | null;

  @Field(() => TextInput, {
    nullable: true,
    description: 'The new source text of the narrative, in the same way; null removes it in all languages.',
  })
  narrative?: TextInput | null;

  @Field(() => [ClaimInput], {
    nullable: true,
    description: 'Replaces all claims; an empty list removes them.',
  })
  claims?: ClaimInput[] | null;

  @Field(() => [CasualtiesInput], {
    nullable: true,
    description: 'Replaces all casualties; an empty list removes them.',
  })
  casualties?: CasualtiesInput[] | null;

  @Field(() => [GraphQLString], {
    nullable: true,
    description: 'Replaces the codes of the provisions it concerns; an empty list removes them.',
  })
  provisions?: string[] | null;
}

@InputType({ description: 'A new or corrected translation of a visible record; title, narrative or both.' })
export class TranslateIncidentInput {
  @Field(() => GraphQLID, { description: 'Global id of the incident.' })
  id!: string;

  @Field(() => Int, { description: 'The version that is translated.' })
  version!: number;

  @Field(() => TextInput, {
    nullable: true,
    description: `The title in a language other than its source language, at most ${LENGTH.title} characters.`,
  })
  title?: TextInput | null;

  @Field(() => TextInput, {
    nullable: true,
    description: `The narrative in a language other than its source language, at most ${LENGTH.narrative} characters.`,
  })
  narrative?: TextInput | null;

  @Field(() => ENUMS.TranslationStatus, {
    defaultValue: 'WORKING',
    description: 'How the translation was made; not SOURCE.',
  })
  status!: TranslationStatus;
}

@InputType({ description: "The verdict of one's own nation on one version." })
export class AssessIncidentInput {
  @Field(() => GraphQLID, { description: 'Global id of the incident.' })
  id!: string;

  @Field(() => Int, { description: 'The version assessed.' })
  version!: number;

  @Field(() => ENUMS.Verdict, { description: 'The verdict.' })
  verdict!: Verdict;

  @Field(() => TextInput, {
    nullable: true,
    description: `Remark for everybody who sees the record, at most ${LENGTH.remark} characters.`,
  })
  remark?: TextInput | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: `Note that only one's own nation sees, at most ${LENGTH.remark} characters.`,
  })
  internalNote?: string | null;
}

@InputType({ description: 'The release of a record to a further audience.' })
export class ReleaseIncidentInput {
  @Field(() => GraphQLID, { description: 'Global id of the incident.' })
  id!: string;

  @Field(() => Int, { description: 'The version released.' })
  version!: number;

  @Field(() => ENUMS.Audience, {
    description:
      'The audience that may then see it. The other joint-command nation: by the originator alone. AZE and PUBLIC: once TUR and RUS see it, with the consent of both heads on the same version.',
  })
  audience!: Audience;
}

@InputType({
  description:
    "The permanent withdrawal of a record of one's own nation. The record stays visible as retracted.",
})
export class RetractIncidentInput {
  @Field(() => GraphQLID, { description: 'Global id of the incident.' })
  id!: string;

  @Field(() => Int, { description: 'The version withdrawn.' })
  version!: number;

  @Field(() => TextInput, { description: `Why, at most ${LENGTH.remark} characters; shown with the record.` })
  reason!: TextInput;
}

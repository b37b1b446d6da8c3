import { GraphQLString } from 'graphql';
import { ArgsType, Field, Float, InputType } from 'type-graphql';
import { limitText, MAX_LENGTH, MAX_RADIUS_KM, MAX_RANKED_MATCHES } from '../../../domain/limits.js';
import type { Locale } from '../../../domain/locale.js';
import type { Nation } from '../../../domain/scopes.js';
import type {
  IncidentCategory,
  IncidentOrderField,
  IncidentStatus,
  OrderDirection,
  Severity,
} from '../../../domain/vocabularies.js';
import { ENUMS } from '../../../graphql-types/enums.js';
import { DateTimeScalar } from '../../../graphql-types/scalars.js';
import { ForwardPageArgs, PageArgs } from '../../../planner/page.types.js';

@InputType({
  description: 'Half-open: from <= t < to. Nothing lies in a range whose start is its end or after it.',
})
class DateTimeRange {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Start of the range, included; open when not given.',
  })
  from?: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'End of the range, excluded; open when not given.',
  })
  to?: Date | null;
}

@InputType({ description: 'Within a distance of a point.' })
export class NearInput {
  @Field(() => Float, { description: 'Latitude in degrees north, -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'Longitude in degrees east, -180 to 180.' })
  longitude!: number;

  @Field(() => Float, { description: `Distance in kilometres, more than 0 and at most ${MAX_RADIUS_KM}.` })
  radiusKm!: number;
}

@InputType({
  description:
    'All conditions must hold; within a list, any of its values. An empty list lets nothing through; null is as if the condition were not given. Codes that nothing has are UNKNOWN_REFERENCE.',
})
export class IncidentFilter {
  @Field(() => [ENUMS.IncidentCategory], { nullable: true, description: 'Only these categories.' })
  category?: IncidentCategory[] | null;

  @Field(() => [ENUMS.IncidentStatus], { nullable: true, description: 'Only these statuses.' })
  status?: IncidentStatus[] | null;

  @Field(() => [ENUMS.Severity], { nullable: true, description: 'Only these severities.' })
  severity?: Severity[] | null;

  @Field(() => [ENUMS.Nation], { nullable: true, description: 'Only records of these nations.' })
  originator?: Nation[] | null;

  @Field(() => DateTimeRange, {
    nullable: true,
    description: 'Only incidents that happened, or began, in this interval.',
  })
  occurred?: DateTimeRange | null;

  @Field(() => [GraphQLString], {
    nullable: true,
    description: 'Place codes; a district includes the settlements inside it.',
  })
  place?: string[] | null;

  @Field(() => NearInput, {
    nullable: true,
    description:
      "Only incidents near a point: by their position for viewers who may read it (scope incident:position), else by their place's.",
  })
  near?: NearInput | null;

  @Field(() => [GraphQLString], {
    nullable: true,
    description: 'Provision codes: trilateral-statement-2020/6.',
  })
  provision?: string[] | null;

  @Field(() => [GraphQLString], { nullable: true, description: 'Codes of parties that made a claim.' })
  claimant?: string[] | null;

  @Field(() => [GraphQLString], {
    nullable: true,
    description: 'Codes of parties that a claim holds responsible.',
  })
  attributedTo?: string[] | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: `Full text of at most ${MAX_LENGTH.searchText} characters, in any of the four languages, place names in any spelling and the labels of categories included.`,
  })
  search?: string | null;
}

@InputType({
  description: `How incidents are sorted; ties are broken by time and id. RELEVANCE is for searches: how well a record matches, with matches in the language of the request first. Records are sorted by time without a search, and if more than ${limitText(MAX_RANKED_MATCHES)} match: those count as equally good.`,
})
export class IncidentOrder {
  @Field(() => ENUMS.IncidentOrderField, { defaultValue: 'OCCURRED_FROM', description: 'What to sort by.' })
  field!: IncidentOrderField;

  @Field(() => ENUMS.OrderDirection, { defaultValue: 'DESC', description: 'Newest first, or oldest first.' })
  direction!: OrderDirection;
}

@ArgsType()
export class IncidentsArgs extends PageArgs {
  @Field(() => IncidentFilter, { nullable: true, description: 'Only incidents that meet these conditions.' })
  filter?: IncidentFilter | null;

  @Field(() => IncidentOrder, {
    nullable: true,
    description: 'When not given: the best matches first in a search, else the newest.',
  })
  orderBy?: IncidentOrder | null;
}

/** Arguments of the incidents of a party, a place or a provision. */
@ArgsType()
export class RelatedIncidentsArgs extends ForwardPageArgs {
  @Field(() => IncidentFilter, { nullable: true, description: 'Only incidents that meet these conditions.' })
  filter?: IncidentFilter | null;
}

@ArgsType()
export class TranslationQueueArgs extends ForwardPageArgs {
  @Field(() => ENUMS.Locale, { description: 'The language asked about.' })
  locale!: Locale;
}

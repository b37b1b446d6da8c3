import { GraphQLString } from 'graphql';
import { Resolver } from 'type-graphql';
import { COST } from '../../../domain/limits.js';
import { localeBit } from '../../../domain/locale.js';
import { RequiresScope } from '../../../graphql-types/guard.js';
import { InLocale } from '../../../graphql-types/in-locale.js';
import type { Planned } from '../../../planner/arguments.js';
import { connection, type PageArguments } from '../../../planner/connection.js';
import { FieldArg, FieldArgs } from '../../../planner/field-arguments.js';
import { exists, type LocaleArguments, one } from '../../../planner/fields.js';
import type { Listing } from '../../../planner/listing.js';
import type { LinkType, PlanContext, Read, Row } from '../../../planner/model.js';
import { connectionTypes } from '../../../planner/page.types.js';
import { PlannedField, PlannedQuery } from '../../../planner/planned-field.js';
import { raw, type Sql, sql } from '../../../planner/sql.js';
import { Provision } from '../../agreements/agreement.entity.js';
import { Party } from '../../parties/party.entity.js';
import { Place } from '../../places/place.entity.js';
import { placeRead } from '../../places/place.read.js';
import { Incident } from '../incident.entity.js';
import { narrowingOf, searched, searchedCount, searchedCountAmong } from '../search/incident.search.js';
import { aggregateCount, translationCount } from '../statistics/aggregate.read.js';
import { digestIn } from './digest.read.js';
import { incidentConditions } from './incident.filter.js';
import {
  type IncidentFilter,
  type IncidentOrder,
  IncidentsArgs,
  RelatedIncidentsArgs,
  TranslationQueueArgs,
} from './incident.inputs.js';
import { claimRead, incidentProvisions, incidentRead, ofIncident } from './incident.read.js';

const { connection: IncidentConnection } = connectionTypes('Incident', () => Incident, 'incidents');

interface IncidentListing {
  readonly filter?: Planned<IncidentFilter> | null;
  readonly orderBy?: IncidentOrder | null;
  /** Condition in addition to the filter. */
  readonly related?: (row: Row, context: PlanContext) => Sql;
  /** A cheaper way to count those `related`, if there is one. */
  readonly count?: (context: PlanContext) => Sql | null;
}

function incidentPage({ filter, orderBy, related, count }: IncidentListing, page: PageArguments): Read {
  const { search, ...others } = filter ?? {};
  const isByRank = Boolean(search) && (orderBy?.field ?? 'RELEVANCE') === 'RELEVANCE';
  const time = orderBy?.field === 'UPDATED_AT' ? 'updated_at' : 'occurred_from';
  const byTime: Listing['orderBy'] = [
    { name: time, column: (row) => row(time), type: 'timestamptz' },
    { name: 'key', column: (row) => row('key'), type: 'uuid' },
  ];
  const conditions = (row: Row, context: PlanContext): Sql[] => [
    ...incidentConditions(row, others, context),
    ...(related ? [related(row, context)] : []),
  ];
  const { narrowing, isWhole: isIndexed } = narrowingOf(others);
  const isWhole = isIndexed && !related;
  const listing: Listing = {
    type: incidentRead,
    where: conditions,
    ...(search
      ? { from: searched(search, { isByRank, isByTime: time === 'occurred_from', narrowing, isWhole }) }
      : {}),
    orderBy: isByRank ? [{ name: 'rank', column: (row) => row('rank'), type: 'real' }, ...byTime] : byTime,
    direction: orderBy?.direction ?? 'DESC',
    count: (context) => {
      if (search && isWhole) return searchedCount(search, narrowing, context);
      if (search) return searchedCountAmong(search, conditions, context);
      if (count) return count(context);
      return related ? null : aggregateCount(filter, context);
    },
  };
  return connection(listing, page);
}

@Resolver()
export class IncidentResolver {
  @PlannedQuery(() => Incident, {
    nullable: true,
    description: 'One incident, or null when the viewer sees none of that reference.',
  })
  @RequiresScope('incident:read')
  @FieldArg('reference', () => GraphQLString, { description: 'Reference of the incident.' })
  incident({ reference }: Planned<{ reference: string }>): Read {
    return one(incidentRead, (row) => sql`${row('reference')} = ${reference}`);
  }

  @PlannedQuery(() => IncidentConnection, {
    description: 'Incidents the viewer sees, the newest first unless sorted otherwise.',
  })
  @RequiresScope('incident:read')
  @FieldArgs(() => IncidentsArgs)
  incidents(args: Planned<IncidentsArgs>): Read {
    return incidentPage(args, args);
  }

  @PlannedQuery(() => IncidentConnection, {
    description:
      'Incidents this viewer sees whose text has no up-to-date translation into the language, the oldest first.',
  })
  @RequiresScope('incident:read')
  @FieldArgs(() => TranslationQueueArgs)
  translationQueue(args: Planned<TranslationQueueArgs>): Read {
    const isAwaiting = (row: Row): Sql => sql`(${row('untranslated')} & ${localeBit(args.locale)}) <> 0`;
    return incidentPage(
      {
        orderBy: { field: 'OCCURRED_FROM', direction: 'ASC' },
        related: isAwaiting,
        count: (context) => translationCount(isAwaiting, context),
      },
      args,
    );
  }
}

@Resolver(() => Provision)
export class ProvisionIncidentsResolver {
  @PlannedField(() => IncidentConnection, {
    description: 'Incidents that concern the provision, the newest first.',
  })
  @FieldArgs(() => RelatedIncidentsArgs)
  @RequiresScope('incident:read')
  incidents(provision: Row, args: Planned<RelatedIncidentsArgs>): Read {
    return linkedIncidents(incidentProvisions, 'provision_key', 'count(*)', provision, args);
  }
}

@Resolver(() => Party)
export class PartyIncidentsResolver {
  @PlannedField(() => IncidentConnection, {
    description: 'Incidents on which the party made a claim, the newest first.',
  })
  @FieldArgs(() => RelatedIncidentsArgs)
  @RequiresScope('incident:read')
  incidents(party: Row, args: Planned<RelatedIncidentsArgs>): Read {
    // A party can make several claims on one incident.
    return linkedIncidents(claimRead, 'claimant_key', 'count(distinct incident_key)', party, args);
  }
}

@Resolver(() => Place)
export class PlaceIncidentsResolver {
  @PlannedField(() => IncidentConnection, {
    description: 'Incidents at the place, or inside it when it is a district, the newest first.',
  })
  @FieldArgs(() => RelatedIncidentsArgs)
  @RequiresScope('incident:read')
  incidents(place: Row, args: Planned<RelatedIncidentsArgs>): Read {
    return incidentPage(
      {
        ...args,
        related: (incident) =>
          sql`${place('key')} in (${incident('place_key')}, ${incident('district_key')})`,
        count: (context) => {
          const { row, from } = context.rows(
            placeRead,
            (within) =>
              sql`(${within('key')} = ${place('key')} or (${within('parent_key')} = ${place('key')} and ${place('kind')} = 'DISTRICT'))`,
          );
          return aggregateCount(args.filter, context, sql`array(select ${row('key')} ${from})`);
        },
      },
      args,
    );
  }
}

/**
 * Incidents that the rows of a link connect to a row. Links carry the mask of their incidents, so without a filter it
 * is enough to count links.
 */
function linkedIncidents(
  link: LinkType,
  keyColumn: string,
  countExpression: 'count(*)' | 'count(distinct incident_key)',
  row: Row,
  args: Planned<RelatedIncidentsArgs>,
): Read {
  const isOfRow = (candidate: Row): Sql => sql`${candidate(keyColumn)} = ${row('key')}`;
  return incidentPage(
    {
      ...args,
      related: (incident, context) =>
        exists(
          context,
          link,
          (candidate) => sql`${ofIncident(candidate, incident)} and ${isOfRow(candidate)}`,
        ),
      count: (context) => {
        if (args.filter) return null;
        context.heavy();
        return sql`(select ${raw(countExpression)} ${context.rows(link, isOfRow).from})`;
      },
    },
    args,
  );
}

@Resolver(() => Incident)
export class IncidentDigestResolver {
  @PlannedField(() => String, {
    description:
      'The record as one paragraph of prose: time and place, claimants, casualties, and state of the joint assessment. The paragraph is in the language requested; only the quoted title may be in another one, which the paragraph then states.',
    complexity: COST.composed,
  })
  @InLocale()
  @RequiresScope('reference:read')
  digest(incident: Row, { locale }: LocaleArguments): Read {
    return (context) => digestIn(locale ?? context.locale, incident, context);
  }
}

import { GraphQLString } from 'graphql';
import { Arg, Args, Field, Query, Resolver } from 'type-graphql';
import { LOCALES } from '../../../domain/locale.js';
import { RequiresScope } from '../../../graphql-types/guard.js';
import type { Planned } from '../../../planner/arguments.js';
import { connection, type Listing, type PageArguments } from '../../../planner/connection.js';
import { addField, FieldArgs } from '../../../planner/field-arguments.js';
import { exists, one } from '../../../planner/fields.js';
import type { Extension, LinkType, PlanContext, Read, ReadType, Row } from '../../../planner/model.js';
import { connectionTypes } from '../../../planner/page.types.js';
import { raw, type Sql, sql } from '../../../planner/sql.js';
import { Provision } from '../../agreements/agreement.entity.js';
import { provisionRead } from '../../agreements/agreement.read.js';
import { Party } from '../../parties/party.entity.js';
import { partyRead } from '../../parties/party.read.js';
import { Place } from '../../places/place.entity.js';
import { placeRead } from '../../places/place.read.js';
import { Incident } from '../incident.entity.js';
import { narrowingOf, searched, searchedCount, searchedCountAmong } from '../search/incident.search.js';
import { aggregateCount, translationCount } from '../statistics/aggregate.read.js';
import { incidentConditions } from './incident.filter.js';
import {
  type IncidentFilter,
  type IncidentOrder,
  IncidentsArgs,
  RelatedIncidentsArgs,
  TranslationQueueArgs,
} from './incident.inputs.js';
import { claimRead, incidentProvisions, incidentRead, ofIncident } from './incident.read.js';

export const { connection: IncidentConnection } = connectionTypes('Incident', () => Incident, 'incidents');

interface IncidentListing {
  readonly filter?: Planned<IncidentFilter> | null;
  readonly orderBy?: IncidentOrder | null;
  /** Condition besides the filter. */
  readonly related?: (row: Row, context: PlanContext) => Sql;
  /** Cheaper way to the number of those `related`, where there is one. */
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
  @Query(() => Incident, {
    nullable: true,
    description: 'One incident, or null when the viewer sees none of that reference.',
  })
  @RequiresScope('incident:read')
  incident(
    @Arg('reference', () => GraphQLString, { description: 'Reference of the incident.' })
    reference: Planned<string>,
  ): Read {
    return one(incidentRead, (row) => sql`${row('reference')} = ${reference}`);
  }

  @Query(() => IncidentConnection, {
    description: 'Incidents the viewer sees, the newest first unless sorted otherwise.',
  })
  @RequiresScope('incident:read')
  incidents(@Args(() => IncidentsArgs) args: Planned<IncidentsArgs>): Read {
    return incidentPage(args, args);
  }

  @Query(() => IncidentConnection, {
    description:
      'Incidents this viewer sees whose text has no up-to-date translation into the language, the oldest first.',
  })
  @RequiresScope('incident:read')
  translationQueue(@Args(() => TranslationQueueArgs) args: Planned<TranslationQueueArgs>): Read {
    const bit = 1 << LOCALES.indexOf(args.locale);
    const isAwaiting = (row: Row): Sql => sql`(${row('untranslated')} & ${bit}) <> 0`;
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

function addIncidents(type: { prototype: object }, description: string): void {
  addField(
    type,
    'incidents',
    Field(() => IncidentConnection, { description }),
    FieldArgs(() => RelatedIncidentsArgs),
    RequiresScope('incident:read') as PropertyDecorator,
  );
}

addIncidents(Provision, 'Incidents that concern the provision, the newest first.');
addIncidents(Party, 'Incidents on which the party made a claim, the newest first.');
addIncidents(Place, 'Incidents at the place, or inside it when it is a district, the newest first.');

/** The field `incidents` of a type: those that are `related` to its row. `count` tells how many, where it can. */
function relatedIncidents(
  extended: ReadType,
  related: (incident: Row, row: Row, context: PlanContext) => Sql,
  count: (row: Row, filter: IncidentListing['filter'], context: PlanContext) => Sql | null,
): Extension {
  return {
    extends: extended,
    fields: {
      incidents: (row, args: Planned<RelatedIncidentsArgs>) =>
        incidentPage(
          {
            ...args,
            related: (incident, context) => related(incident, row, context),
            count: (context) => count(row, args.filter, context),
          },
          args,
        ),
    },
  };
}

/**
 * Incidents that rows of a link tie to a row by its key. The links carry the mask of their incidents: without a filter
 * they are counted alone.
 */
function linkedIncidents(
  extended: ReadType,
  link: LinkType,
  keyColumn: string,
  counted: 'count(*)' | 'count(distinct incident_key)',
): Extension {
  const isOf = (candidate: Row, row: Row): Sql => sql`${candidate(keyColumn)} = ${row('key')}`;
  return relatedIncidents(
    extended,
    (incident, row, context) =>
      exists(
        context,
        link,
        (candidate) => sql`${ofIncident(candidate, incident)} and ${isOf(candidate, row)}`,
      ),
    (row, filter, context) => {
      if (filter) return null;
      context.heavy();
      return sql`(select ${raw(counted)} ${context.rows(link, (candidate) => isOf(candidate, row)).from})`;
    },
  );
}

export const provisionIncidents = linkedIncidents(
  provisionRead,
  incidentProvisions,
  'provision_key',
  'count(*)',
);

/** A party may make several claims on one incident. */
export const partyIncidents = linkedIncidents(
  partyRead,
  claimRead,
  'claimant_key',
  'count(distinct incident_key)',
);

export const placeIncidents = relatedIncidents(
  placeRead,
  (incident, place) => sql`${place('key')} in (${incident('place_key')}, ${incident('district_key')})`,
  (place, filter, context) => {
    const { row, from } = context.rows(
      placeRead,
      (within) =>
        sql`(${within('key')} = ${place('key')} or (${within('parent_key')} = ${place('key')} and ${place('kind')} = 'DISTRICT'))`,
    );
    return aggregateCount(filter, context, sql`array(select ${row('key')} ${from})`);
  },
);

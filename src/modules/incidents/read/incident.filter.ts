import { CodedError } from '../../../common/errors.js';
import { MAX_RADIUS_KM } from '../../../domain/limits.js';
import type { Planned } from '../../../planner/arguments.js';
import { exists } from '../../../planner/fields.js';
import type { PlanContext, Row } from '../../../planner/model.js';
import { join, literal, type Param, raw, type Sql, sql } from '../../../planner/sql.js';
import { provisionKeys } from '../../agreements/agreement.read.js';
import { partyRead } from '../../parties/party.read.js';
import { placeRead } from '../../places/place.read.js';
import { keysWithin } from '../../places/place-within.js';
import { isFound } from '../search/incident.search.js';
import type { IncidentFilter, NearInput } from './incident.inputs.js';
import { claimRead, incidentProvisions, ofIncident } from './incident.read.js';

/** The filter as conditions on the row of an incident. Throws FORBIDDEN for values that the viewer may not read. */
export function incidentConditions(
  row: Row,
  filter: Planned<IncidentFilter> | null | undefined,
  context: PlanContext,
): Sql[] {
  if (!filter) return [];
  const { occurred, place, near, provision, claimant, attributedTo, search } = filter;
  return [
    ...codes(row('category'), filter.category),
    ...codes(row('status'), filter.status),
    ...codes(row('severity'), filter.severity),
    ...codes(row('originator'), filter.originator),
    ...(occurred?.from ? [sql`${row('occurred_from')} >= ${occurred.from}`] : []),
    ...(occurred?.to ? [sql`${row('occurred_from')} < ${occurred.to}`] : []),
    ...(place ? [sql`${row('place_key')} = any(${keysWithin(context, place)})`] : []),
    ...(near ? [isNear(row, near, context)] : []),
    ...(provision ? [concerns(row, provision, context)] : []),
    ...(claimant ? [claimed(row, 'claimant', claimant, context)] : []),
    ...(attributedTo ? [claimed(row, 'attributedTo', attributedTo, context)] : []),
    ...(search ? [isFound(row, search, context)] : []),
  ];
}

function codes(column: Sql, values: readonly string[] | null | undefined): Sql[] {
  return values ? [isOneOf(column, values)] : [];
}

/** Whether a column holds one of some codes; false for an empty list. */
export function isOneOf(column: Sql, values: readonly string[]): Sql {
  if (values.length === 0) return raw('false');
  return sql`${column} in (${join([...new Set(values)].map(literal), ', ')})`;
}

function concerns(row: Row, provisionCodes: Param, context: PlanContext): Sql {
  return exists(
    context,
    incidentProvisions,
    (link) =>
      sql`${ofIncident(link, row)} and ${link('provision_key')} = any(${provisionKeys(context, provisionCodes)})`,
  );
}

const CLAIM_COLUMNS = { claimant: 'claimant_key', attributedTo: 'attributed_to_key' } as const;

function claimed(
  row: Row,
  argument: keyof typeof CLAIM_COLUMNS,
  partyCodes: Param,
  context: PlanContext,
): Sql {
  context.requireKnown(partyRead, partyCodes, argument);
  const { row: party, from } = context.rows(
    partyRead,
    (candidate) => sql`${candidate('code')} = any(${partyCodes})`,
  );
  return exists(
    context,
    claimRead,
    (claim) =>
      sql`${ofIncident(claim, row)} and ${claim(CLAIM_COLUMNS[argument])} = any(array(select ${party('key')} ${from}))`,
  );
}

const EARTH_RADIUS_KM = 6371.0088;

/** Great-circle distance by the haversine formula, in kilometres. */
function distanceKm(latitude: Sql, longitude: Sql, near: Planned<NearInput>): Sql {
  return sql`(2 * ${EARTH_RADIUS_KM} * asin(sqrt(least(1, power(sin(radians(${latitude} - ${near.latitude}) / 2), 2) + cos(radians(${near.latitude})) * cos(radians(${latitude})) * power(sin(radians(${longitude} - ${near.longitude}) / 2), 2)))))`;
}

function isNear(row: Row, near: Planned<NearInput>, context: PlanContext): Sql {
  const { latitude, longitude, radiusKm } = near;
  const isOnGlobe = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (!isOnGlobe || !(radiusKm > 0 && radiusKm <= MAX_RADIUS_KM)) {
    throw new CodedError('BAD_USER_INPUT', { reason: 'NEAR_OUT_OF_RANGE', extensions: { argument: 'near' } });
  }
  context.heavy();
  const { row: place, from } = context.rows(
    placeRead,
    (candidate) => sql`${distanceKm(candidate('latitude'), candidate('longitude'), near)} <= ${radiusKm}`,
  );
  const byPlace = sql`${row('place_key')} in (select ${place('key')} ${from})`;
  if (!context.maySee('incident:position')) return byPlace;
  const byPosition = sql`${distanceKm(row('latitude'), row('longitude'), near)} <= ${radiusKm}`;
  return sql`case when ${row('latitude')} is null then ${byPlace} else ${byPosition} end`;
}

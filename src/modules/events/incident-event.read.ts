import { EVENT_KEYS } from '../../feed/event-keys.js';
import type { Planned } from '../../planner/arguments.js';
import { seenByAudience } from '../../planner/audience-mask.js';
import { code, exists, list, required, text, time } from '../../planner/fields.js';
import type { Read, ReadType } from '../../planner/model.js';
import { all, Param, sql } from '../../planner/sql.js';
import { incidentConditions } from '../incidents/read/incident.filter.js';
import type { IncidentFilter } from '../incidents/read/incident.inputs.js';
import { incidentRead } from '../incidents/read/incident.read.js';

/** The audience of an event does not grow when its incident is released later. */
export const incidentEventRead: ReadType = {
  name: 'IncidentEvent',
  rows: { table: 'incident_event', rule: seenByAudience },
  scope: 'incident:read',
  fields: {
    cursor: text('key'),
    kind: code('kind'),
    at: time('at'),
    incident: (row) => required(incidentRead, row('incident_key')),
  },
};

/** The events to read in this run of the statement. */
const REQUESTED_EVENTS = new Param('uuid[]', (variables) => variables[EVENT_KEYS]);

/**
 * The requested events that the viewer sees, of visible incidents that meet the filter. Answers a JSON list of pairs
 * of cursor and event, in event order.
 */
export function incidentEvents(filter: Planned<IncidentFilter> | null | undefined): Read {
  return (context) => {
    const { row, from } = context.rows(incidentEventRead, (event) =>
      all([
        sql`${event('key')} = any(${REQUESTED_EVENTS})`,
        exists(context, incidentRead, (incident) =>
          all([
            sql`${incident('key')} = ${event('incident_key')}`,
            ...incidentConditions(incident, filter, context),
          ]),
        ),
      ]),
    );
    const pair = sql`concat('["', ${row('key')}, '",', ${context.object(incidentEventRead, row)}, ']')`;
    return list(sql`select ${pair} ${from} order by ${row('event_offset')}`);
  };
}

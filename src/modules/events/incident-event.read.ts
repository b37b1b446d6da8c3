import type { Planned } from '../../planner/arguments.js';
import { seenByAudience } from '../../planner/audience-mask.js';
import { code, exists, list, required, text, time } from '../../planner/fields.js';
import type { Read, ReadType } from '../../planner/model.js';
import { all, Param, sql } from '../../planner/sql.js';
import { incidentConditions } from '../incidents/read/incident.filter.js';
import type { IncidentFilter } from '../incidents/read/incident.inputs.js';
import { incidentRead } from '../incidents/read/incident.read.js';

/** An event's audience is who saw it happen; it does not grow when the incident's does. */
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

/** Name under which the events to be read travel beside the variables; no variable can have it. */
export const WANTED_KEY = '#events';
const WANTED = new Param('uuid[]', (variables) => variables[WANTED_KEY]);

/**
 * Those of the wanted events that the viewer sees, of incidents that the viewer sees and that meet the
 * filter: a JSON list of pairs of cursor and event, in their order.
 */
export function incidentEvents(filter: Planned<IncidentFilter> | null | undefined): Read {
  return (step) => {
    const { row, from } = step.rows(incidentEventRead, (event) =>
      all([
        sql`${event('key')} = any(${WANTED})`,
        exists(step, incidentRead, (incident) =>
          all([
            sql`${incident('key')} = ${event('incident_key')}`,
            ...incidentConditions(incident, filter, step),
          ]),
        ),
      ]),
    );
    const pair = sql`concat('["', ${row('key')}, '",', ${step.object(incidentEventRead, row)}, ']')`;
    return list(sql`select ${pair} ${from} order by ${row('moment')}`);
  };
}

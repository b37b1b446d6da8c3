import type { Planned } from '../../planner/arguments.js';
import { code, date, exists, localName, many, number, required } from '../../planner/fields.js';
import { everyone, type PlanContext, type ReadType, type Row } from '../../planner/model.js';
import { type Param, raw, type Sql, sql } from '../../planner/sql.js';
import { appointmentRead, inForce, officialRead } from '../officials/official.read.js';
import { partyRead } from '../parties/party.read.js';
import { placeRead } from '../places/place.read.js';

export const contingentRead: ReadType = {
  name: 'Contingent',
  rows: { table: 'contingent', rule: everyone },
  scope: 'reference:read',
  fields: {
    nation: code('nation'),
    strength: number('strength'),
    head:
      (row, { on }: Planned<{ on?: string | null }>) =>
      (context) =>
        context.byKey(officialRead, headOf(context, row('nation'), on)),
  },
};

export const centreRead: ReadType = {
  name: 'Centre',
  rows: { table: 'centre', rule: everyone },
  scope: 'reference:read',
  fields: {
    name: localName('name'),
    place: (row) => required(placeRead, row('place_key')),
    openedOn: date('opened_on'),
    closedOn: date('closed_on'),
    contingents: () =>
      many(
        contingentRead,
        () => raw('true'),
        (contingent) => contingent('nation'),
      ),
  },
};

/** Key of the official who heads a nation's contingent on a day. */
function headOf(context: PlanContext, nation: Sql, on: Param | null | undefined): Sql {
  const ofNation = (official: Row): Sql =>
    exists(
      context,
      partyRead,
      (party) => sql`${party('key')} = ${official('party_key')} and ${party('code')} = ${nation}`,
    );
  const { row: appointment, from } = context.rows(
    appointmentRead,
    (candidate) =>
      sql`${candidate('role')} = 'HEAD_OF_CONTINGENT' and ${inForce(candidate, on)} and ${exists(
        context,
        officialRead,
        (holder) => sql`${holder('key')} = ${candidate('official_key')} and ${ofNation(holder)}`,
      )}`,
  );
  return sql`(select ${appointment('official_key')} ${from} order by ${appointment('starts_on')} desc nulls last, ${appointment('key')} limit 1)`;
}

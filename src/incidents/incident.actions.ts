import { JOINT_COMMAND, type Nation } from '../access/scopes.js';
import { VIEWER_IDENTITY } from '../read/identity.js';
import type { Row, Step } from '../read/model.js';
import { join, literal, raw, type Sql, sql } from '../read/sql.js';
import { AUDIENCE_BIT } from './incident.policy.js';

/**
 * What the viewer may do with a record now, as a JSON list of IncidentAction: its rights, the nation whose
 * record it is, the state of the record, and for assessing that somebody else wrote the current version.
 */
export function viewerActions(row: Row, step: Step): Sql {
  const isOwn = sql`${row('originator')} = ${literal(step.audience)}`;
  const actions: Sql[] = [];
  const offer = (action: string, condition: Sql): void => {
    actions.push(sql`case when ${condition} then ${literal(`"${action}"`)} end`);
  };
  if (step.maySee('incident:amend')) offer('AMEND', isOwn);
  if (step.maySee('incident:translate')) offer('TRANSLATE', raw('true'));
  if (step.maySee('incident:assess')) offer('ASSESS', sql`${row('written_by')} <> ${VIEWER_IDENTITY}`);
  if (step.maySee('incident:release')) offer('RELEASE', mayRelease(row, isOwn));
  if (step.maySee('incident:retract')) offer('RETRACT', isOwn);
  if (actions.length === 0) return literal('[]');
  return sql`case when ${row('status')} = 'RETRACTED' then '[]' else concat('[', array_to_string(array[${join(actions, ', ')}], ','), ']') end`;
}

/** A joint record can be released as long as an audience is left; one's own to the other nation first. */
function mayRelease(row: Row, isOwn: Sql): Sql {
  const everyone = Object.values(AUDIENCE_BIT).reduce((mask, bit) => mask | bit, 0);
  const joint = JOINT_COMMAND.reduce((mask: number, nation: Nation) => mask | AUDIENCE_BIT[nation], 0);
  return sql`(case when ${row('audience')} & ${joint} = ${joint} then ${row('audience')} <> ${everyone} else ${isOwn} end)`;
}

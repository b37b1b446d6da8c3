import { AUDIENCES, JOINT_COMMAND } from '../../../domain/scopes.js';
import { AUDIENCE_BIT, maskOf, seenByAudience } from '../../../planner/audience-mask.js';
import { exists } from '../../../planner/fields.js';
import { VIEWER_IDENTITY } from '../../../planner/identity.js';
import type { LinkType, PlanContext, Row } from '../../../planner/model.js';
import { join, literal, raw, type Sql, sql } from '../../../planner/sql.js';

/** Consents to releases; the database shows them to joint command alone. */
const consents: LinkType = {
  scope: 'incident:release',
  rows: { table: 'release_consent', rule: seenByAudience },
};

/**
 * What the viewer may do with a record now, as a JSON list of IncidentAction: its rights, the nation whose
 * record it is, and the state of the record. action.rules.ts decides when it comes to writing; a test
 * holds the two together.
 */
export function viewerActions(row: Row, context: PlanContext): Sql {
  const isOwn = sql`${row('originator')} = ${literal(context.audience)}`;
  const actions: Sql[] = [];
  const offer = (action: string, condition: Sql): void => {
    actions.push(sql`case when ${condition} then ${literal(`"${action}"`)} end`);
  };
  if (context.maySee('incident:amend')) offer('AMEND', isOwn);
  if (context.maySee('incident:translate')) offer('TRANSLATE', raw('true'));
  if (context.maySee('incident:assess')) {
    offer('ASSESS', sql`${VIEWER_IDENTITY} not in (${row('reported_by')}, ${row('written_by')})`);
  }
  if (context.maySee('incident:release')) offer('RELEASE', mayRelease(row, isOwn, context));
  if (context.maySee('incident:retract')) offer('RETRACT', isOwn);
  if (actions.length === 0) return literal('[]');
  return sql`case when ${row('status')} = 'RETRACTED' then '[]' else concat('[', array_to_string(array[${join(actions, ', ')}], ','), ']') end`;
}

/**
 * A joint record can be released as long as there is an audience that does not see it and that the
 * viewer's nation has not consented to; one's own that is not joint, to the other nation first.
 */
function mayRelease(row: Row, isOwn: Sql, context: PlanContext): Sql {
  const joint = maskOf(JOINT_COMMAND);
  const isLeft = AUDIENCES.filter((target) => (joint & AUDIENCE_BIT[target]) === 0).map((target) => {
    const hasConsented = exists(
      context,
      consents,
      (consent) =>
        sql`${consent('incident_key')} = ${row('key')} and ${consent('version')} = ${row('version')} and ${consent('target')} = ${literal(target)} and ${consent('nation')} = ${literal(context.audience)}`,
    );
    return sql`(${row('audience')} & ${AUDIENCE_BIT[target]} = 0 and not ${hasConsented})`;
  });
  return sql`(case when ${row('audience')} & ${joint} = ${joint} then ${join(isLeft, ' or ')} else ${isOwn} end)`;
}

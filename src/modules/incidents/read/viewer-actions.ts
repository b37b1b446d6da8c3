import {
  ACTION_RULES,
  CONDITIONS,
  type ConditionField,
  type ConditionName,
  type ConditionOperand,
  RELEASE_RULES,
} from '../../../domain/incident-rules.js';
import { AUDIENCES, type Audience, JOINT_COMMAND } from '../../../domain/scopes.js';
import { VOCABULARIES } from '../../../domain/vocabularies.js';
import { AUDIENCE_BIT, maskOf, seenByAudience } from '../../../planner/audience-mask.js';
import { exists } from '../../../planner/fields.js';
import { VIEWER_IDENTITY } from '../../../planner/identity.js';
import type { LinkType, PlanContext, Row } from '../../../planner/model.js';
import { all, join, literal, raw, type Sql, sql } from '../../../planner/sql.js';

/** Consents to releases. The database shows them only to the joint command. */
const consents: LinkType = {
  scope: 'incident:release',
  rows: { table: 'release_consent', rule: seenByAudience },
};

const COLUMN = {
  status: 'status',
  originator: 'originator',
  reportedBy: 'reported_by',
  writtenBy: 'written_by',
} as const satisfies Record<ConditionField, string>;

/**
 * The rules of src/domain/incident-rules.ts as SQL: a JSON list of the actions that the viewer may do now. RELEASE is
 * listed while there is an audience that the viewer can release the record to.
 */
export function viewerActions(row: Row, context: PlanContext): Sql {
  const offers = VOCABULARIES.IncidentAction.flatMap((action) => {
    const { scope, conditions } = ACTION_RULES[action];
    if (!context.maySee(scope)) return [];
    const met = conditions.map((name) => isMet(name, row, context));
    if (action === 'RELEASE') met.push(canBeReleased(row, context));
    return [sql`case when ${all(met)} then ${literal(`"${action}"`)} end`];
  });
  if (offers.length === 0) return literal('[]');
  return sql`concat('[', array_to_string(array[${join(offers, ', ')}], ','), ']')`;
}

function isMet(name: ConditionName, row: Row, context: PlanContext): Sql {
  const { fields, test, operand } = CONDITIONS[name];
  const comparison = raw(test === 'EQUAL' ? '=' : '<>');
  return all(fields.map((field) => sql`${row(COLUMN[field])} ${comparison} ${operandOf(operand, context)}`));
}

function operandOf(operand: ConditionOperand, context: PlanContext): Sql {
  switch (operand) {
    case 'ACTOR_NATION':
      return literal(context.audience);
    case 'ACTOR_IDENTITY':
      return sql`${VIEWER_IDENTITY}`;
    default:
      return literal(operand);
  }
}

function canBeReleased(row: Row, context: PlanContext): Sql {
  // The viewer sees the record already.
  const targets = AUDIENCES.filter((target) => target !== context.audience);
  return sql`(${join(
    targets.map((target) => sql`(${canBeReleasedTo(target, row, context)})`),
    ' or ',
  )})`;
}

function canBeReleasedTo(target: Audience, row: Row, context: PlanContext): Sql {
  const isHidden = sql`${row('audience')} & ${AUDIENCE_BIT[target]} = 0`;
  if (RELEASE_RULES[target] === 'BY_ORIGINATOR')
    return all([isHidden, isMet('NOT_ORIGINATOR', row, context)]);
  const joint = maskOf(JOINT_COMMAND);
  const isJoint = sql`${row('audience')} & ${joint} = ${joint}`;
  return all([isHidden, isJoint, sql`not ${hasConsented(target, row, context)}`]);
}

function hasConsented(target: Audience, row: Row, context: PlanContext): Sql {
  return exists(
    context,
    consents,
    (consent) =>
      sql`${consent('incident_key')} = ${row('key')} and ${consent('version')} = ${row('version')} and ${consent('target')} = ${literal(target)} and ${consent('nation')} = ${literal(context.audience)}`,
  );
}

import {
  ACTION_RULES,
  CONDITIONS,
  type ConditionField,
  type ConditionName,
  type ConditionOperand,
  RELEASE_RULES,
} from '../../domain/incident-rules.js';
import { type Audience, JOINT_COMMAND, type Nation } from '../../domain/scopes.js';
import type { IncidentAction, Verdict } from '../../domain/vocabularies.js';
import type { Problem } from '../../mutations/problem.js';
import { AUDIENCE_BIT, maskOf } from '../../planner/audience-mask.js';

/** The rules of src/domain/incident-rules.ts for a record that is about to be written. */

/** The properties of a record that rules use. */
export interface IncidentState extends Readonly<Record<ConditionField, string>> {
  readonly originator: Nation;
  readonly version: number;
  readonly audience: number;
}

/** The person who acts, for a nation. */
export interface Actor {
  readonly nation: Nation;
  /** Issuer and subject of the token. */
  readonly identity: string;
}

const ID = ['input', 'id'] as const;
const VERSION = ['input', 'version'] as const;
const AUDIENCE = ['input', 'audience'] as const;

function operandOf(operand: ConditionOperand, { nation, identity }: Actor): string {
  switch (operand) {
    case 'ACTOR_NATION':
      return nation;
    case 'ACTOR_IDENTITY':
      return identity;
    default:
      return operand;
  }
}

function isMet(name: ConditionName, incident: IncidentState, actor: Actor): boolean {
  const { fields, test, operand } = CONDITIONS[name];
  const value = operandOf(operand, actor);
  return fields.every((field) => (incident[field] === value) === (test === 'EQUAL'));
}

function problemOf(name: ConditionName, { originator }: IncidentState): Problem {
  return { reason: name, field: ID, ...(name === 'NOT_ORIGINATOR' && { variables: { nation: originator } }) };
}

/** Problems of an action that do not depend on its input. */
export function validateAction(action: IncidentAction, incident: IncidentState, actor: Actor): Problem[] {
  const names: readonly ConditionName[] = ACTION_RULES[action].conditions;
  return names.filter((name) => !isMet(name, incident, actor)).map((name) => problemOf(name, incident));
}

/** A problem unless the mutation names the current version. */
export function validateVersion({ version }: IncidentState, expected: number): Problem[] {
  return version === expected ? [] : [{ reason: 'STALE_VERSION', field: VERSION, variables: { version } }];
}

/** Problems of an assessment. `former` is the verdict of the actor's nation on the current version. */
export function validateAssessment(
  incident: IncidentState,
  actor: Actor,
  version: number,
  verdict: Verdict,
  former: Verdict | undefined,
): Problem[] {
  const stale = validateVersion(incident, version);
  const isRepeated = stale.length === 0 && former === verdict;
  return [
    ...validateAction('ASSESS', incident, actor),
    ...stale,
    ...(isRepeated ? [{ reason: 'SAME_VERDICT', field: ['input', 'verdict'] } as const] : []),
  ];
}

/** Problems of a release. `hasConsented`: the actor's nation has consented to it for the current version. */
export function validateRelease(
  incident: IncidentState,
  actor: Actor,
  version: number,
  target: Audience,
  hasConsented: boolean,
): Problem[] {
  return [
    ...validateAction('RELEASE', incident, actor),
    ...validateVersion(incident, version),
    ...validateTarget(incident, actor, target, hasConsented),
  ];
}

function validateTarget(
  incident: IncidentState,
  actor: Actor,
  target: Audience,
  hasConsented: boolean,
): Problem[] {
  if ((incident.audience & AUDIENCE_BIT[target]) !== 0)
    return [{ reason: 'ALREADY_RELEASED', field: AUDIENCE }];
  if (RELEASE_RULES[target] === 'BY_ORIGINATOR')
    return isMet('NOT_ORIGINATOR', incident, actor) ? [] : [problemOf('NOT_ORIGINATOR', incident)];
  if (!isJoint(incident)) return [{ reason: 'NOT_JOINT', field: AUDIENCE }];
  return hasConsented ? [{ reason: 'ALREADY_CONSENTED', field: AUDIENCE }] : [];
}

/** Whether both joint-command nations see the record. */
function isJoint({ audience }: IncidentState): boolean {
  const both = maskOf(JOINT_COMMAND);
  return (audience & both) === both;
}

import { AUDIENCES, type Audience, JOINT_COMMAND, type Scope } from './scopes.js';
import type { IncidentAction } from './vocabularies.js';

/**
 * The rules for actions on incidents. `Incident.viewerActions` is this table as SQL, services validate against it
 * before they write, and `schema/permissions.md` prints it. The guards and policies of the database repeat the rules
 * in SQL. test/modules/incidents/incident-rules.test.ts compares all of them.
 */

/** Columns that conditions compare. */
export type ConditionField = 'status' | 'originator' | 'reportedBy' | 'writtenBy';

/** Values that columns are compared with: a constant, or a property of the actor. */
export type ConditionOperand = 'RETRACTED' | 'ACTOR_NATION' | 'ACTOR_IDENTITY';

interface Condition {
  /** The condition holds if it holds for each of them. */
  readonly fields: readonly ConditionField[];
  readonly test: 'EQUAL' | 'DIFFERENT';
  readonly operand: ConditionOperand;
  readonly sentence: string;
  /** Whether the database enforces it for plain SQL as well. Database roles do not identify persons. */
  readonly isEnforcedByDatabase: boolean;
}

/** Conditions by the reason of the error if one is not met. */
export const CONDITIONS = {
  RETRACTED: {
    fields: ['status'],
    test: 'DIFFERENT',
    operand: 'RETRACTED',
    sentence: 'the record is not retracted',
    isEnforcedByDatabase: true,
  },
  NOT_ORIGINATOR: {
    fields: ['originator'],
    test: 'EQUAL',
    operand: 'ACTOR_NATION',
    sentence: 'the record is of the own nation',
    isEnforcedByDatabase: true,
  },
  FOUR_EYES: {
    fields: ['reportedBy', 'writtenBy'],
    test: 'DIFFERENT',
    operand: 'ACTOR_IDENTITY',
    sentence: 'the person neither reported nor last amended it',
    isEnforcedByDatabase: false,
  },
} as const satisfies Record<string, Condition>;

export type ConditionName = keyof typeof CONDITIONS;

interface ActionRule {
  readonly scope: Scope;
  readonly conditions: readonly ConditionName[];
}

/** Each action on a visible record: its scope and conditions. */
export const ACTION_RULES = {
  AMEND: { scope: 'incident:amend', conditions: ['RETRACTED', 'NOT_ORIGINATOR'] },
  TRANSLATE: { scope: 'incident:translate', conditions: ['RETRACTED'] },
  ASSESS: { scope: 'incident:assess', conditions: ['RETRACTED', 'FOUR_EYES'] },
  /** {@link RELEASE_RULES} apply as well. */
  RELEASE: { scope: 'incident:release', conditions: ['RETRACTED'] },
  RETRACT: { scope: 'incident:retract', conditions: ['RETRACTED', 'NOT_ORIGINATOR'] },
} as const satisfies Record<IncidentAction, ActionRule>;

/** Who decides on the release to an audience that does not see the record yet. */
type ReleaseRule = 'BY_ORIGINATOR' | 'BY_BOTH_HEADS';

/** BY_BOTH_HEADS: the record is visible to TUR and RUS, and both consent to the release of the same version. */
export const RELEASE_RULES = {
  TUR: 'BY_ORIGINATOR',
  RUS: 'BY_ORIGINATOR',
  AZE: 'BY_BOTH_HEADS',
  PUBLIC: 'BY_BOTH_HEADS',
} as const satisfies Record<Audience, ReleaseRule>;

const RELEASE_SENTENCES = {
  BY_ORIGINATOR: 'the record is of the own nation',
  BY_BOTH_HEADS: `${JOINT_COMMAND.join(' and ')} see the record, and both heads consent to the same version`,
} as const satisfies Record<ReleaseRule, string>;

/** The rules as lines of Markdown, for `schema/permissions.md`. */
export function incidentRulesMarkdown(): string[] {
  return [
    ...Object.entries(ACTION_RULES).map(([action, { scope, conditions }]) => {
      const sentences = conditions.map((name) => CONDITIONS[name].sentence);
      return `- ${action} (\`${scope}\`): ${sentences.join('; ')}.`;
    }),
    ...AUDIENCES.map((target) => `- RELEASE to ${target}: ${RELEASE_SENTENCES[RELEASE_RULES[target]]}.`),
  ];
}

import { AUDIENCES, type Audience, JOINT_COMMAND, type Scope } from './scopes.js';
import type { IncidentAction } from './vocabularies.js';

/**
 * Who may do what to an incident. `Incident.viewerActions` is this table as SQL, the services validate
 * against it before they write, and `schema/permissions.md` prints it. The guards and policies of the
 * database say the same in SQL of their own; test/modules/incidents/incident-rules.test.ts compares all of them.
 */

/** What a condition looks at. */
export type ConditionField = 'status' | 'originator' | 'reportedBy' | 'writtenBy';

/** What the fields are compared with: a constant, or who acts. */
export type ConditionOperand = 'RETRACTED' | 'ACTOR_NATION' | 'ACTOR_IDENTITY';

interface Condition {
  /** Each of them is compared. */
  readonly fields: readonly ConditionField[];
  readonly test: 'EQUAL' | 'DIFFERENT';
  readonly operand: ConditionOperand;
  readonly sentence: string;
  /** Whether plain SQL of a nation's role is held to it as well; its roles do not know persons. */
  readonly isHeldByDatabase: boolean;
}

/** Conditions by the reason for which an action is refused where one is not met. */
export const CONDITIONS = {
  RETRACTED: {
    fields: ['status'],
    test: 'DIFFERENT',
    operand: 'RETRACTED',
    sentence: 'the record is not retracted',
    isHeldByDatabase: true,
  },
  NOT_ORIGINATOR: {
    fields: ['originator'],
    test: 'EQUAL',
    operand: 'ACTOR_NATION',
    sentence: 'the record is of the own nation',
    isHeldByDatabase: true,
  },
  FOUR_EYES: {
    fields: ['reportedBy', 'writtenBy'],
    test: 'DIFFERENT',
    operand: 'ACTOR_IDENTITY',
    sentence: 'the person neither reported nor last amended it',
    isHeldByDatabase: false,
  },
} as const satisfies Record<string, Condition>;

export type ConditionName = keyof typeof CONDITIONS;

interface ActionRule {
  readonly scope: Scope;
  readonly conditions: readonly ConditionName[];
}

/** Each action on a visible record: the scope it takes, and what the record must be. */
export const ACTION_RULES = {
  AMEND: { scope: 'incident:amend', conditions: ['RETRACTED', 'NOT_ORIGINATOR'] },
  TRANSLATE: { scope: 'incident:translate', conditions: ['RETRACTED'] },
  ASSESS: { scope: 'incident:assess', conditions: ['RETRACTED', 'FOUR_EYES'] },
  /** Besides, {@link RELEASE_RULES} of the audience. */
  RELEASE: { scope: 'incident:release', conditions: ['RETRACTED'] },
  RETRACT: { scope: 'incident:retract', conditions: ['RETRACTED', 'NOT_ORIGINATOR'] },
} as const satisfies Record<IncidentAction, ActionRule>;

/** Who decides that a record is released to an audience that does not see it. */
type ReleaseRule = 'BY_ORIGINATOR' | 'BY_BOTH_HEADS';

/** By both heads: once TUR and RUS see the record, with the consent of both on the same version. */
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

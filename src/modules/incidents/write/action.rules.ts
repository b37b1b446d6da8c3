import { type Audience, JOINT_COMMAND, type Nation } from '../../../domain/scopes.js';
import type { Verdict } from '../../../domain/vocabularies.js';
import type { Problem } from '../../../mutations/problem.js';
import { AUDIENCE_BIT, maskOf } from '../../../planner/audience-mask.js';

/** What a rule may know of a record that is to be acted on. */
export interface Acted {
  readonly originator: Nation;
  readonly version: number;
  readonly status: string;
  readonly audience: number;
  readonly reportedBy: string;
  readonly writtenBy: string;
}

/** Who acts: one person, for a nation. */
export interface Actor {
  readonly nation: Nation;
  /** Issuer and subject of the token. */
  readonly identity: string;
}

const ID = ['input', 'id'] as const;
const VERSION = ['input', 'version'] as const;
const AUDIENCE = ['input', 'audience'] as const;

/** incident.actions.ts says in SQL what viewers may do; a test holds the two together. */

function nothingIsDoneToARetractedRecord({ status }: Acted): Problem[] {
  return status === 'RETRACTED' ? [{ reason: 'RETRACTED', field: ID }] : [];
}

function onlyTheCurrentVersionIsActedOn({ version }: Acted, named: number): Problem[] {
  return version === named ? [] : [{ reason: 'STALE_VERSION', field: VERSION, variables: { version } }];
}

function onlyTheOriginatorDoesThis({ originator }: Acted, { nation }: Actor): Problem[] {
  return originator === nation
    ? []
    : [{ reason: 'NOT_ORIGINATOR', field: ID, variables: { nation: originator } }];
}

function nobodyAssessesWhatTheyWrote({ reportedBy, writtenBy }: Acted, { identity }: Actor): Problem[] {
  return reportedBy === identity || writtenBy === identity ? [{ reason: 'FOUR_EYES', field: ID }] : [];
}

export function whatForbidsAmending(incident: Acted, actor: Actor, version: number): Problem[] {
  return [
    ...nothingIsDoneToARetractedRecord(incident),
    ...onlyTheOriginatorDoesThis(incident, actor),
    ...onlyTheCurrentVersionIsActedOn(incident, version),
  ];
}

export const whatForbidsRetracting = whatForbidsAmending;

export function whatForbidsChangingTexts(incident: Acted, version: number): Problem[] {
  return [...nothingIsDoneToARetractedRecord(incident), ...onlyTheCurrentVersionIsActedOn(incident, version)];
}

/** `former` is the verdict of the actor's nation that stands for this version. */
export function whatForbidsAssessing(
  incident: Acted,
  actor: Actor,
  version: number,
  verdict: Verdict,
  former: Verdict | undefined,
): Problem[] {
  const stale = onlyTheCurrentVersionIsActedOn(incident, version);
  return [
    ...nothingIsDoneToARetractedRecord(incident),
    ...nobodyAssessesWhatTheyWrote(incident, actor),
    ...stale,
    ...(stale.length === 0 && former === verdict
      ? [{ reason: 'SAME_VERDICT', field: ['input', 'verdict'] } as const]
      : []),
  ];
}

/** How a release is to be made: at once, or with the consent of both heads. */
export type Release = 'AT_ONCE' | 'BY_CONSENT';

export function howToRelease(target: Audience): Release {
  return JOINT_COMMAND.some((nation) => nation === target) ? 'AT_ONCE' : 'BY_CONSENT';
}

export function isJoint({ audience }: Pick<Acted, 'audience'>): boolean {
  const both = maskOf(JOINT_COMMAND);
  return (audience & both) === both;
}

/** `hasConsented`: the actor's nation has consented to this release of this version. */
export function whatForbidsReleasing(
  incident: Acted,
  actor: Actor,
  version: number,
  target: Audience,
  hasConsented: boolean,
): Problem[] {
  return [
    ...nothingIsDoneToARetractedRecord(incident),
    ...onlyTheCurrentVersionIsActedOn(incident, version),
    ...whatForbidsTheAudience(incident, actor, target, hasConsented),
  ];
}

function whatForbidsTheAudience(
  incident: Acted,
  actor: Actor,
  target: Audience,
  hasConsented: boolean,
): Problem[] {
  if ((incident.audience & AUDIENCE_BIT[target]) !== 0)
    return [{ reason: 'ALREADY_RELEASED', field: AUDIENCE }];
  if (howToRelease(target) === 'AT_ONCE') return onlyTheOriginatorDoesThis(incident, actor);
  if (!isJoint(incident)) return [{ reason: 'NOT_JOINT', field: AUDIENCE }];
  return hasConsented ? [{ reason: 'ALREADY_CONSENTED', field: AUDIENCE }] : [];
}

import { JOINT_COMMAND, type Nation } from '../../../domain/scopes.js';
import type { IncidentStatus, Verdict } from '../../../domain/vocabularies.js';

const JOINT_STATUS = {
  CONFIRMED: 'JOINTLY_CONFIRMED',
  REFUTED: 'JOINTLY_REFUTED',
  INCONCLUSIVE: 'INCONCLUSIVE',
} as const satisfies Record<Verdict, IncidentStatus>;

/** The newest verdict of each nation on a version. `assessments` are in the order they were made. */
export function newestVerdicts(
  assessments: readonly { readonly nation: Nation; readonly verdict: Verdict }[],
): Map<Nation, Verdict> {
  return new Map(assessments.map(({ nation, verdict }) => [nation, verdict]));
}

/**
 * The two-key rule: a verdict is joint if both joint-command nations reached it on the same version. The SQL function
 * assessed_status has the same rule, and PostgreSQL checks it at the commit.
 */
export function statusOf(verdicts: ReadonlyMap<Nation, Verdict>): IncidentStatus {
  const [first, second] = JOINT_COMMAND.flatMap((nation) => verdicts.get(nation) ?? []);
  if (first === undefined) return 'REPORTED';
  if (second === undefined) return 'AWAITING_COUNTERSIGN';
  return first === second ? JOINT_STATUS[first] : 'DISPUTED';
}

import { identityOf } from '../../../auth/viewer.js';
import type { WriteContext } from '../../../context/write-context.js';
import { insertInto } from '../../../database/statement.js';
import { RELEASE_RULES } from '../../../domain/incident-rules.js';
import { JOINT_COMMAND, type Nation } from '../../../domain/scopes.js';
import { throwProblems } from '../../../mutations/problem.js';
import { AUDIENCE_BIT } from '../../../planner/audience-mask.js';
import { validateRelease } from '../incident.policy.js';
import { actorOf } from '../write/actor.js';
import { lockIncident } from '../write/incident.lock.js';
import type { Written } from '../write/report.service.js';
import type { ReleaseIncidentInput } from '../write/writing.inputs.js';

export interface Released extends Written {
  /** False while the other joint-command nation's consent is outstanding. */
  readonly isEffective: boolean;
}

const CONSENTS = `select nation from release_consent
  where incident_key = $1 and version = (select version from incident where key = $1) and target = $2`;

/** Releases a record to a further audience. Where both heads have to agree, the first call records a consent. */
export function releaseIncident(ctx: WriteContext, input: ReleaseIncidentInput): Promise<Released> {
  const { nation } = ctx;
  const { version, audience: target } = input;
  return ctx.write(async (tx) => {
    const [incident, consents] = await lockIncident(tx, ctx.nation, input.id, (key) =>
      tx.read<{ nation: Nation }>({ text: CONSENTS, values: [key, target] }),
    );
    const { key, audience } = incident;
    const consenting = new Set(consents.map((consent) => consent.nation));
    throwProblems(validateRelease(incident, actorOf(ctx), version, target, consenting.has(nation)));
    if (RELEASE_RULES[target] === 'BY_BOTH_HEADS') {
      const consentedBy = identityOf(ctx.viewer);
      const consent = { incidentKey: key, version, target, nation, audience, consentedBy };
      tx.send(insertInto('release_consent', [consent]));
      consenting.add(nation);
      const isAgreed = JOINT_COMMAND.every((head) => consenting.has(head));
      if (!isAgreed) return { key, warnings: [], isEffective: false };
    }
    const released = audience | AUDIENCE_BIT[target];
    tx.send({ text: 'update incident set audience = $2 where key = $1', values: [key, released] });
    return { key, warnings: [], isEffective: true };
  });
}

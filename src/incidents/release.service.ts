import { type Audience, JOINT_COMMAND } from '../access/scopes.js';
import { identityOf } from '../access/viewer.js';
import type { WriteContext } from '../write/context.js';
import { refuseIf } from '../write/problem.js';
import { howToRelease, whatForbidsReleasing } from './action.rules.js';
import { actorOf } from './actor.js';
import { Incident } from './incident.entity.js';
import { recordEvent } from './incident.events.js';
import { lockIncident } from './incident.lock.js';
import { AUDIENCE_BIT, maskOf } from './incident.policy.js';
import { ReleaseConsent } from './release-consent.entity.js';
import type { Written } from './report.service.js';
import type { ReleaseIncidentInput } from './writing.inputs.js';

export interface Released extends Written {
  /** False while the other joint-command nation's consent is outstanding. */
  readonly isEffective: boolean;
}

/** Shows a record to a further audience, or consents to it. */
export function releaseIncident(ctx: WriteContext, input: ReleaseIncidentInput): Promise<Released> {
  const { nation } = ctx;
  const { version, audience: target } = input;
  return ctx.write(async (manager) => {
    const incident = await lockIncident(manager, ctx.nation, input.id);
    const { key, audience } = incident;
    const consents = await manager.findBy(ReleaseConsent, {
      incidentKey: key,
      version: incident.version,
      target,
    });
    const consenting = new Set(consents.map((consent) => consent.nation));
    refuseIf(whatForbidsReleasing(incident, actorOf(ctx), version, target, consenting.has(nation)));
    if (howToRelease(target) === 'BY_CONSENT') {
      await manager.insert(ReleaseConsent, {
        incidentKey: key,
        version,
        target,
        nation,
        audience,
        consentedBy: identityOf(ctx.viewer),
        consentedAt: () => 'clock_timestamp()',
      });
      consenting.add(nation);
      const isAgreed = JOINT_COMMAND.every((head) => consenting.has(head));
      if (!isAgreed) return { key, warnings: [], isEffective: false };
    }
    const released = audience | AUDIENCE_BIT[target];
    await manager.update(Incident, { key }, { audience: released });
    const event = { incidentKey: key, kind: 'RELEASED', version } as const;
    await recordEvent(manager, { ...event, audience: released & whoIsToldOfRelease(incident, target) });
    return { key, warnings: [], isEffective: true };
  });
}

/** Those who may know whom a record is released to, and those it is new to; others have seen it all along. */
function whoIsToldOfRelease({ originator }: Incident, target: Audience): number {
  return maskOf([...JOINT_COMMAND, originator, target]);
}

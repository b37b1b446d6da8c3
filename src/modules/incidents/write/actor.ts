import { identityOf } from '../../../auth/viewer.js';
import type { WriteContext } from '../../../context/write-context.js';
import type { Actor } from '../incident.policy.js';

export function actorOf({ nation, viewer }: WriteContext): Actor {
  return { nation, identity: identityOf(viewer) };
}

import type { EntityManager } from 'typeorm';
import type { Nation } from '../access/scopes.js';
import { CodedError } from '../errors.js';
import { raw, render } from '../read/sql.js';
import { Incident } from './incident.entity.js';
import { seenByAudience } from './incident.policy.js';

const PREFIX = 'Incident:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The incident of a global id, kept from other writers until the transaction ends. NOT_FOUND, with nothing
 * more to it, when the id is malformed, there is none, or the writing nation does not see it.
 */
export async function lockIncident(manager: EntityManager, nation: Nation, id: string): Promise<Incident> {
  const key = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
  const incident = UUID.test(key)
    ? await manager
        .createQueryBuilder(Incident, 'incident')
        .setLock('pessimistic_write')
        .where('incident.key = :key', { key })
        .andWhere(render(seenByAudience((column) => raw(`incident.${column}`), nation)).text)
        .getOne()
    : null;
  if (incident === null) throw new CodedError('NOT_FOUND');
  return incident;
}

import type { Audience } from '../domain/scopes.js';
import { type Channel, createChannel } from '../feed/channel.js';
import { EVENT_KEYS } from '../feed/event-keys.js';
import { compose } from '../planner/composition.js';
import type { CachedPlan } from '../planner/plan-cache.js';
import { type Variables, withVariables } from '../planner/sql.js';
import { boundValues } from './plan-source.js';
import type { ReadRow } from './read-row.js';

/**
 * Channels of open subscriptions. Subscriptions of one audience with the same plan and the same bound values share a
 * channel, so that their events are read once for all of them.
 */
interface EventChannels {
  /** The channel exists while it has users. Each user calls `release` once. */
  acquire(
    plan: CachedPlan,
    audience: Audience,
    variables: Variables,
  ): { readonly channel: Channel; release(): void };
}

export function createEventChannels(read: ReadRow): EventChannels {
  const channels = new Map<string, { readonly channel: Channel; users: number }>();

  return {
    acquire(plan, audience, variables) {
      const key = `${plan.id} ${JSON.stringify(valuesFor(plan, variables, null))}`;
      const entry = channels.get(key) ?? { channel: channelOf(read, plan, audience, variables), users: 0 };
      entry.users += 1;
      channels.set(key, entry);
      return {
        channel: entry.channel,
        release() {
          entry.users -= 1;
          if (entry.users === 0) channels.delete(key);
        },
      };
    },
  };
}

function channelOf(read: ReadRow, plan: CachedPlan, audience: Audience, variables: Variables): Channel {
  const { text, isHeavy, compositions } = statementOf(plan);
  // Prepared at first use, because a subscription runs its statement repeatedly.
  const name = isHeavy ? undefined : `events_${plan.id}`;
  return createChannel(audience, async (cursors) => {
    const values = valuesFor(plan, variables, cursors);
    const [json] = await read(audience, { name, text, values }, isHeavy);
    return await compose(String(json), compositions);
  });
}

function valuesFor(plan: CachedPlan, variables: Variables, cursors: readonly string[] | null): unknown[] {
  return boundValues(statementOf(plan), withVariables(variables, { [EVENT_KEYS]: cursors }));
}

function statementOf({ statement }: CachedPlan): NonNullable<CachedPlan['statement']> {
  if (statement === null) throw new Error('A subscription always reads');
  return statement;
}

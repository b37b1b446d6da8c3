import { z } from 'zod';
import type { Readers } from '../database/readers.js';
import type { Audience } from '../domain/scopes.js';
import { seenByAudience } from '../planner/audience-mask.js';
import { raw, render } from '../planner/sql.js';
import { type EventOffset, later } from './event-offset.js';
import type { Sequencer } from './sequencer.js';

/** Events of a page. */
export const PAGE = 200;

export interface LoggedEvent {
  /** The cursor. */
  readonly key: string;
  readonly offset: EventOffset;
}

interface Page {
  readonly events: readonly LoggedEvent[];
  /** Where the next page begins. Everything before it has been read, and no event will be inserted there. */
  readonly next: EventOffset;
  /** No committed event lies after this page. */
  readonly isLast: boolean;
}

/** The table of events as an audience sees it, read under the role of the audience. */
export interface EventLog {
  /** Committed events of the audience after an offset. */
  pageAfter(audience: Audience, offset: EventOffset): Promise<Page>;
  /** The offset of the last committed event. */
  now(): Promise<EventOffset>;
  /** The offset of the event with this cursor. Null if the audience does not see it or it does not exist. */
  find(audience: Audience, cursor: string): Promise<EventOffset | null>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const eventRows = z.array(z.tuple([z.string(), z.string()]));

export function openEventLog(read: Readers['read'], assignOrder: Sequencer['assignOrder']): EventLog {
  return {
    async pageAfter(audience, offset) {
      const lastAssigned = await assignOrder();
      const statement = { name: 'events_after', text: pageStatement(audience), values: [String(offset)] };
      const [rows] = await read(audience, statement, false);
      const events = eventRows
        .parse(JSON.parse(String(rows)))
        .map(([key, offset]) => ({ key, offset: BigInt(offset) }));
      const reached = events.at(-1)?.offset ?? offset;
      const isLast = events.length < PAGE;
      return { events, next: isLast ? later(reached, lastAssigned) : reached, isLast };
    },
    now: assignOrder,
    async find(audience, cursor) {
      if (!UUID.test(cursor)) return null;
      await assignOrder();
      const text = `select event_offset::text from incident_event where key = $1::uuid and ${ruleOf(audience)}`;
      const [offset] = await read(audience, { name: 'events_find', text, values: [cursor] }, false);
      return offset === undefined ? null : BigInt(String(offset));
    },
  };
}

function ruleOf(audience: Audience): string {
  return render(seenByAudience((column) => raw(`incident_event.${column}`), audience)).text;
}

function pageStatement(audience: Audience): string {
  return `select coalesce(json_agg(json_build_array(key, event_offset::text) order by event_offset), '[]')::text
    from (select key, event_offset from incident_event
           where event_offset > $1::bigint and ${ruleOf(audience)}
           order by event_offset limit ${PAGE}) page`;
}

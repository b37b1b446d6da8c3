import { z } from 'zod';
import type { Audience } from '../access/scopes.js';
import type { Readers } from '../database/readers.js';
import { seenByAudience } from '../incidents/incident.policy.js';
import { raw, render } from '../read/sql.js';
import { before, type Moment, type Position, readMoment } from './position.js';

/** Events read at once. */
export const PAGE = 200;

export interface LoggedEvent extends Position {
  /** The cursor. */
  readonly key: string;
}

export interface Page {
  readonly events: readonly LoggedEvent[];
  /** Where the next page begins; everything before it is final and has been read. */
  readonly next: Position;
  /** Nothing that is final lies beyond. */
  readonly isLast: boolean;
  /** There are events that an older transaction still under way could come before. */
  readonly isWaiting: boolean;
}

/** The table of events as an audience sees it, each read as the audience's own role. */
export interface EventLog {
  /** The audience's events after a position, in an order that is final. */
  pageAfter(audience: Audience, position: Position): Promise<Page>;
  /** What has happened by now. */
  moment(audience: Audience): Promise<Moment>;
  /** Where the event of a cursor stands; null for one that the audience does not see, and for anything else. */
  find(audience: Audience, cursor: string): Promise<Position | null>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const eventRows = z.array(z.tuple([z.string(), z.string(), z.string()]));

export function openEventLog(read: Readers['read']): EventLog {
  return {
    async pageAfter(audience, { xid, seq }) {
      const values = [String(xid), String(seq)];
      const statement = { name: 'events_after', text: pageStatement(audience), values };
      const [rows = '[]', horizon = '0', isWaiting] = await read(audience, statement, false);
      const events = eventRows
        .parse(JSON.parse(rows))
        .map(([key, eventXid, eventSeq]) => ({ key, xid: BigInt(eventXid), seq: BigInt(eventSeq) }));
      const last = events.at(-1);
      const isLast = last === undefined || events.length < PAGE;
      return {
        events,
        next: isLast ? later(before(BigInt(horizon)), { xid, seq }) : last,
        isLast,
        isWaiting: isWaiting === 'true',
      };
    },
    async moment(audience) {
      const statement = { name: 'events_now', text: 'select pg_current_snapshot()::text', values: [] };
      const [text = ''] = await read(audience, statement, false);
      return readMoment(text);
    },
    async find(audience, cursor) {
      if (!UUID.test(cursor)) return null;
      const text = `select xid::text, seq::text from incident_event where key = $1::uuid and ${ruleOf(audience)}`;
      const [xid, seq] = await read(audience, { name: 'events_find', text, values: [cursor] }, false);
      return xid === undefined || seq === undefined ? null : { xid: BigInt(xid), seq: BigInt(seq) };
    },
  };
}

function ruleOf(audience: Audience): string {
  return render(seenByAudience((column) => raw(`incident_event.${column}`), audience)).text;
}

/** One snapshot for all three: the page, the oldest transaction under way, and whether it holds anything up. */
function pageStatement(audience: Audience): string {
  const rule = ruleOf(audience);
  const oldest = 'pg_snapshot_xmin(pg_current_snapshot())';
  return `with page as materialized (
      select key, xid, seq from incident_event
       where (xid, seq) > ($1::xid8, $2::bigint) and xid < ${oldest} and ${rule}
       order by xid, seq limit ${PAGE})
    select (select coalesce(json_agg(json_build_array(key, xid::text, seq::text) order by xid, seq), '[]') from page)::text,
      ${oldest}::text,
      exists (select from incident_event where xid >= ${oldest} and ${rule})::text`;
}

function later(one: Position, other: Position): Position {
  return one.xid > other.xid ? one : other;
}

import { CodedError } from '../errors.js';
import { type Channel, type ChannelSubscriber, type RenderedEvent, untilAvailable } from './channel.js';
import type { EventLog, LoggedEvent } from './event-log.js';
import type { Feed } from './feed.js';
import { createMailbox, type Mailbox } from './mailbox.js';
import { before, hadEnded, isAfter, type Moment, type Position } from './position.js';

/** Events that may wait for a client; one that falls further behind is cut off, and resumes by cursor. */
export const MOST_WAITING_EVENTS = 256;

/** A page of so few events is the last one read before a subscription joins the feed. */
const ALMOST_THERE = 32;

/** Where a subscription begins: after an event, or with what had not happened at a moment. */
export type Start = Position | Moment;

/**
 * The events of a channel from a start on, none left out and none twice: first what the table holds, page by
 * page as the client takes them, then what the feed brings.
 */
export function subscribe(
  { log, feed }: { readonly log: Pick<EventLog, 'pageAfter'>; readonly feed: Feed },
  channel: Channel,
  start: Start,
  onEnd: () => void,
): Mailbox<RenderedEvent> {
  const since = 'xmin' in start ? start : null;
  let reached: Position = 'xmin' in start ? before(start.xmin) : start;
  /** What the feed has brought while the table was still being read; null from then on. */
  let held: RenderedEvent[] | null = [];

  const mailbox = createMailbox<RenderedEvent>(MOST_WAITING_EVENTS, () => {
    channel.subscribers.delete(subscriber);
    if (channel.subscribers.size === 0) feed.leave(channel.audience, channel);
    held = null;
    onEnd();
  });

  const isNew = (event: LoggedEvent): boolean =>
    isAfter(event, reached) && (since === null || !hadEnded(since, event.xid));

  const subscriber: ChannelSubscriber = {
    receive(events) {
      for (const event of events) {
        if (held === null) {
          if (isNew(event) && !mailbox.put(event)) return mailbox.abort(tooSlow());
        } else if (held.push(event) > MOST_WAITING_EVENTS) {
          return mailbox.abort(tooSlow());
        }
      }
    },
    fail: (error) => mailbox.abort(error),
  };

  /** Reads one page of the table, as far as `last`, and waits until the client has taken it. */
  async function readOn(last: Position | null): Promise<{ readonly count: number; readonly isLast: boolean }> {
    const page = await untilAvailable(() => log.pageAfter(channel.audience, reached));
    const wanted = page.events.filter((event) => isNew(event) && (last === null || !isAfter(event, last)));
    for (const event of wanted.length > 0 ? await channel.render(wanted) : []) mailbox.put(event);
    await mailbox.drained();
    reached = page.next;
    return { count: wanted.length, isLast: page.isLast };
  }

  /** Until hardly anything can have happened while the last page was on its way. */
  async function catchUp(): Promise<void> {
    while (mailbox.isOpen) {
      const { count, isLast } = await readOn(null);
      if (isLast && count <= ALMOST_THERE) return;
    }
  }

  async function follow(): Promise<void> {
    // A subscription from now on is at the head already.
    if (since === null) await catchUp();
    if (!mailbox.isOpen) return;
    channel.subscribers.add(subscriber);
    const joined = feed.join(channel.audience, channel, reached);
    while (mailbox.isOpen && isAfter(joined, reached)) await readOn(joined);
    if (!mailbox.isOpen) return;
    reached = joined;
    const missed = held ?? [];
    held = null;
    subscriber.receive(missed);
  }

  follow().catch((error: unknown) => mailbox.abort(error));
  return mailbox;
}

function tooSlow(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_QUEUE',
    variables: { maximum: MOST_WAITING_EVENTS },
    extensions: { limit: 'queue', maximum: MOST_WAITING_EVENTS, retryable: true },
  });
}

import { CodedError } from '../common/errors.js';
import { untilAvailable } from '../database/unavailable.js';
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.js';
import { type Channel, type ChannelSubscriber, PATIENCE_MS, type RenderedEvent } from './channel.js';
import type { EventLog } from './event-log.js';
import type { EventOffset } from './event-offset.js';
import type { Feed } from './feed.js';

/** Events that may wait for a client; what comes on top stays in the table until it has taken them. */
export const MAX_WAITING_EVENTS = 256;
/** A client that is behind and takes nothing for so long is cut off, and resumes by cursor. */
export const STALLED_MS = 10_000;
/** A page of so few events is the last one read before a subscription joins the feed. */
const ALMOST_THERE = 32;

/**
 * The events of a channel from a position on, none left out and none twice: what the table holds, page by page
 * as the client takes them, then what the feed brings; the table again whenever the client falls behind.
 */
export function subscribe(
  { log, feed }: { readonly log: Pick<EventLog, 'pageAfter'>; readonly feed: Feed },
  channel: Channel,
  start: EventOffset,
  onEnd: () => void,
): BoundedQueue<RenderedEvent> {
  let reached = start;
  /** What the feed brings while the table is still being read; null when it goes straight to the client. */
  let held: RenderedEvent[] | null = null;
  let wake: () => void = () => {};

  const queue = createBoundedQueue<RenderedEvent>(MAX_WAITING_EVENTS, () => {
    leave();
    wake();
    onEnd();
  });

  const subscriber: ChannelSubscriber = {
    receive(events) {
      if (held !== null) {
        held.push(...events);
        if (held.length > MAX_WAITING_EVENTS) leave();
        return;
      }
      for (const event of events) {
        if (event.position <= reached) continue;
        if (!queue.put(event)) return leave();
        reached = event.position;
      }
    },
    leave,
    fail: (error) => queue.abort(error),
  };

  function leave(): void {
    if (!channel.subscribers.delete(subscriber)) return;
    if (channel.subscribers.size === 0) feed.leave(channel.audience, channel);
    wake();
  }

  /** Reads one page of the table, as far as `last`, once the client has taken what it was given. */
  async function readOn(
    last: EventOffset | null,
  ): Promise<{ readonly count: number; readonly isLast: boolean }> {
    await taken(queue);
    const page = await untilAvailable(PATIENCE_MS, () => log.pageAfter(channel.audience, reached));
    const wanted = page.events.filter(({ position }) => last === null || position <= last);
    for (const event of wanted.length > 0 ? await channel.render(wanted) : []) queue.put(event);
    reached = last !== null && page.next > last ? last : page.next;
    return { count: wanted.length, isLast: page.isLast };
  }

  /** Until hardly anything can have happened while the last page was on its way. */
  async function catchUp(): Promise<void> {
    while (queue.isOpen) {
      const { count, isLast } = await readOn(null);
      if (isLast && count <= ALMOST_THERE) return;
    }
  }

  /** Resolves when the feed brings more than the client takes. */
  async function live(): Promise<void> {
    held = [];
    channel.subscribers.add(subscriber);
    const isIn = (): boolean => channel.subscribers.has(subscriber);
    const joined = feed.join(channel.audience, channel, reached);
    while (isIn() && joined > reached) await readOn(joined);
    const missed = held;
    held = null;
    if (!isIn()) return;
    reached = joined;
    subscriber.receive(missed);
    if (isIn()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function follow(): Promise<void> {
    while (queue.isOpen) {
      await catchUp();
      await live();
    }
  }

  follow().catch((error: unknown) => queue.abort(error));
  return queue;
}

/** Resolves once a client has taken everything; cuts it off when it has stopped taking. */
async function taken(queue: BoundedQueue<RenderedEvent>): Promise<void> {
  const looking = setInterval(() => {
    if (performance.now() - queue.takenAt > STALLED_MS) queue.abort(tooSlow());
  }, STALLED_MS / 10);
  looking.unref();
  await queue.drained();
  clearInterval(looking);
}

function tooSlow(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_QUEUE',
    variables: { maximum: MAX_WAITING_EVENTS },
    extensions: { limit: 'queue', maximum: MAX_WAITING_EVENTS, retryable: true },
  });
}

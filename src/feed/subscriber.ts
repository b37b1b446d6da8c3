import { CodedError } from '../common/errors.js';
import { retryWhileUnavailable } from '../database/unavailable.js';
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.js';
import { type Channel, type ChannelSubscriber, MAX_OUTAGE_MS, type RenderedEvent } from './channel.js';
import type { EventLog } from './event-log.js';
import type { EventOffset } from './event-offset.js';
import type { Feed } from './feed.js';

/** Maximum number of events in the queue of a client. It gets further ones from the table when the queue is empty. */
export const MAX_WAITING_EVENTS = 256;
/** A client that takes none of its waiting events for this long is disconnected. It can resume by cursor. */
export const STALLED_MS = 10_000;
/** A subscription joins the feed after a page with at most this many events. */
const CAUGHT_UP_EVENTS = 32;

/**
 * The events of a channel after an offset, each once and in order. They come from the table, page by page, until the
 * client has caught up, and then from the feed. A client that falls behind reads from the table again.
 */
export function subscribe(
  { log, feed }: SubscriptionSources,
  channel: Channel,
  start: EventOffset,
  onEnd: () => void,
): BoundedQueue<RenderedEvent> {
  return new Subscription(log, feed, channel, start, onEnd).queue;
}

interface SubscriptionSources {
  readonly log: Pick<EventLog, 'pageAfter'>;
  readonly feed: Feed;
}

class Subscription implements ChannelSubscriber {
  readonly queue: BoundedQueue<RenderedEvent>;
  /** Events of the feed that wait until the table has been read; null if they go to the client at once. */
  private buffered: RenderedEvent[] | null = null;
  /** Ends the wait in {@link followFeed}. */
  private wake: () => void = () => {};

  constructor(
    private readonly log: SubscriptionSources['log'],
    private readonly feed: Feed,
    private readonly channel: Channel,
    /** All events up to this offset are in the queue. */
    private reached: EventOffset,
    onEnd: () => void,
  ) {
    this.queue = createBoundedQueue<RenderedEvent>(MAX_WAITING_EVENTS, () => {
      this.leave();
      this.wake();
      onEnd();
    });
    this.run().catch((error: unknown) => this.fail(error));
  }

  receive(events: readonly RenderedEvent[]): void {
    if (this.buffered !== null) {
      this.buffered.push(...events);
      if (this.buffered.length > MAX_WAITING_EVENTS) this.leave();
      return;
    }
    for (const event of events) {
      if (event.offset <= this.reached) continue;
      if (!this.queue.put(event)) {
        this.leave();
        return;
      }
      this.reached = event.offset;
    }
  }

  leave(): void {
    const { channel, feed } = this;
    if (!channel.subscribers.delete(this)) return;
    if (channel.subscribers.size === 0) feed.leave(channel.audience, channel);
    this.wake();
  }

  fail(error: unknown): void {
    this.queue.abort(error);
  }

  private async run(): Promise<void> {
    while (this.queue.isOpen) {
      await this.catchUp();
      await this.followFeed();
    }
  }

  /** Reads pages until one is so small that few events can follow. */
  private async catchUp(): Promise<void> {
    while (this.queue.isOpen) {
      const { count, isLast } = await this.readPage(null);
      if (isLast && count <= CAUGHT_UP_EVENTS) return;
    }
  }

  /** Reads one page of the table, up to `last`, when the client has taken all earlier events. */
  private async readPage(
    last: EventOffset | null,
  ): Promise<{ readonly count: number; readonly isLast: boolean }> {
    const { channel, log, queue } = this;
    await untilTaken(queue);
    const page = await retryWhileUnavailable(MAX_OUTAGE_MS, () =>
      log.pageAfter(channel.audience, this.reached),
    );
    const selected = page.events.filter(({ offset }) => last === null || offset <= last);
    for (const event of selected.length > 0 ? await channel.render(selected) : []) queue.put(event);
    this.reached = last !== null && page.next > last ? last : page.next;
    return { count: selected.length, isLast: page.isLast };
  }

  /** Follows the feed. Resolves when the client falls behind or disconnects. */
  private async followFeed(): Promise<void> {
    const { channel, feed } = this;
    const buffered: RenderedEvent[] = [];
    this.buffered = buffered;
    channel.subscribers.add(this);
    const isJoined = (): boolean => channel.subscribers.has(this);
    const joined = feed.join(channel.audience, channel, this.reached);
    while (isJoined() && joined > this.reached) await this.readPage(joined);
    this.buffered = null;
    if (!isJoined()) return;
    this.reached = joined;
    this.receive(buffered);
    if (!isJoined()) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }
}

/** Resolves when the client has taken all events. Aborts the queue if it stalls. */
async function untilTaken(queue: BoundedQueue<RenderedEvent>): Promise<void> {
  const stallCheck = setInterval(() => {
    if (performance.now() - queue.takenAt > STALLED_MS) queue.abort(tooSlow());
  }, STALLED_MS / 10);
  stallCheck.unref();
  await queue.drained();
  clearInterval(stallCheck);
}

function tooSlow(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_QUEUE',
    variables: { maximum: MAX_WAITING_EVENTS },
    extensions: { limit: 'queue', maximum: MAX_WAITING_EVENTS, retryable: true },
  });
}

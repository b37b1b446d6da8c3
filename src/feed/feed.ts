import type { Audience } from '../domain/scopes.js';
import type { EventLog, LoggedEvent } from './event-log.js';
import { type EventOffset, later } from './event-offset.js';

/** Time between two polls of the table when no notification comes. */
const POLL_MS = 2_000;
/** Time between a failed poll and the next. */
const RETRY_MS = 250;

/** Receives the events of an audience, page by page, in order. */
export interface FeedReader {
  deliver(events: readonly LoggedEvent[]): void;
}

/**
 * Delivers new events to readers, for each audience separately. An audience with readers is polled at every
 * notification and every {@link POLL_MS}, with one statement for all readers. Each reader gets every event after the
 * offset at which it joined, once and in order. Failed polls are repeated.
 */
export interface Feed {
  /**
   * Adds a reader and returns the offset after which it gets every event. `reached` is the last offset that the
   * caller has read; without other readers, the feed begins there.
   */
  join(audience: Audience, reader: FeedReader, reached: EventOffset): EventOffset;
  leave(audience: Audience, reader: FeedReader): void;
  /** Polls all audiences with readers, because there may be new events. */
  poll(): void;
  /** Milliseconds since the slowest audience had received every event; 0 if none is behind. */
  lagMs(): number;
  close(): void;
}

/** State of an audience that has or had readers. */
interface AudienceFeed {
  readonly readers: Set<FeedReader>;
  /** All events up to this offset have been delivered. */
  offset: EventOffset;
  isPolling: boolean;
  /** Whether there may be events that the running poll does not see. */
  pollAgain: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Since when there may be undelivered events, on the steady clock of the process; null if there are none. */
  behindSince: number | null;
}

export function createFeed(log: Pick<EventLog, 'pageAfter'>, onFailure: (error: unknown) => void): Feed {
  const feeds = new Map<Audience, AudienceFeed>();

  async function poll(audience: Audience, feed: AudienceFeed): Promise<void> {
    feed.pollAgain = true;
    if (feed.isPolling) return;
    feed.isPolling = true;
    feed.behindSince ??= performance.now();
    clearTimeout(feed.timer);
    let nextMs = POLL_MS;
    try {
      while (feed.pollAgain && feed.readers.size > 0) await deliverPage(log, audience, feed);
    } catch (error) {
      // The offset has not changed, so the next poll finds the same events.
      onFailure(error);
      nextMs = RETRY_MS;
    } finally {
      feed.isPolling = false;
    }
    if (feed.readers.size === 0) {
      if (feeds.get(audience) === feed) feeds.delete(audience);
      return;
    }
    feed.timer = setTimeout(() => void poll(audience, feed), nextMs);
    feed.timer.unref();
  }

  return {
    join(audience, reader, reached) {
      const open = feeds.get(audience);
      if (open && open.readers.size > 0) {
        open.readers.add(reader);
        return later(reached, open.offset);
      }
      clearTimeout(open?.timer);
      const feed = newFeed(reader, reached);
      feeds.set(audience, feed);
      void poll(audience, feed);
      return reached;
    },
    leave(audience, reader) {
      const feed = feeds.get(audience);
      if (!feed?.readers.delete(reader) || feed.readers.size > 0) return;
      clearTimeout(feed.timer);
      if (!feed.isPolling) feeds.delete(audience);
    },
    poll() {
      for (const [audience, feed] of feeds) void poll(audience, feed);
    },
    lagMs() {
      const now = performance.now();
      return Math.max(0, ...[...feeds.values()].map(({ behindSince }) => now - (behindSince ?? now)));
    },
    close() {
      for (const feed of feeds.values()) {
        feed.readers.clear();
        clearTimeout(feed.timer);
      }
      feeds.clear();
    },
  };
}

async function deliverPage(
  log: Pick<EventLog, 'pageAfter'>,
  audience: Audience,
  feed: AudienceFeed,
): Promise<void> {
  feed.pollAgain = false;
  const page = await log.pageAfter(audience, feed.offset);
  feed.offset = page.next;
  if (page.events.length > 0) for (const reader of [...feed.readers]) reader.deliver(page.events);
  if (page.isLast) feed.behindSince = null;
  else feed.pollAgain = true;
}

function newFeed(reader: FeedReader, offset: EventOffset): AudienceFeed {
  return {
    readers: new Set([reader]),
    offset,
    isPolling: false,
    pollAgain: false,
    timer: undefined,
    behindSince: null,
  };
}

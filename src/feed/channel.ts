import { z } from 'zod';
import { retryWhileUnavailable } from '../database/unavailable.js';
import type { Audience } from '../domain/scopes.js';
import type { LoggedEvent } from './event-log.js';
import type { FeedReader } from './feed.js';

/** Maximum number of pages that wait to be rendered. Beyond it, subscribers read from the table. */
const MAX_WAITING = 50;
/** How long the database may be unavailable before subscriptions are ended. */
export const MAX_OUTAGE_MS = 30_000;

/** An event with its selected fields. */
export interface RenderedEvent extends LoggedEvent {
  readonly object: Readonly<Record<string, unknown>>;
}

/** A subscriber of a channel. */
export interface ChannelSubscriber {
  receive(events: readonly RenderedEvent[]): void;
  /** The channel is behind. The subscriber reads from the table by itself. */
  leave(): void;
  fail(error: unknown): void;
}

/**
 * Subscriptions with the same statement, the same values and the same audience. Their events are read once for all of
 * them, in order.
 */
export interface Channel extends FeedReader {
  readonly audience: Audience;
  /** Subscribers that receive events from the feed, having read all earlier ones. */
  readonly subscribers: Set<ChannelSubscriber>;
  /** Renders the events that meet the filter and that the audience can see now. */
  render(events: readonly LoggedEvent[]): Promise<readonly RenderedEvent[]>;
}

const renderedPairs = z.array(z.tuple([z.string(), z.record(z.string(), z.unknown())]));

/** Returns the JSON list of pairs of cursor and event for the given cursors. */
type ReadEvents = (cursors: readonly string[]) => Promise<string>;

export function createChannel(audience: Audience, read: ReadEvents): Channel {
  const subscribers = new Set<ChannelSubscriber>();
  let waiting = 0;
  let work = Promise.resolve();

  async function render(events: readonly LoggedEvent[]): Promise<readonly RenderedEvent[]> {
    const json = await retryWhileUnavailable(MAX_OUTAGE_MS, () => read(events.map(({ key }) => key)));
    const objects = new Map(renderedPairs.parse(JSON.parse(json)));
    return events.flatMap((event) => {
      const object = objects.get(event.key);
      return object === undefined ? [] : [{ ...event, object }];
    });
  }

  async function renderAndDeliver(events: readonly LoggedEvent[]): Promise<void> {
    if (subscribers.size === 0) return;
    try {
      const rendered = await render(events);
      if (rendered.length > 0) for (const subscriber of [...subscribers]) subscriber.receive(rendered);
    } catch (error) {
      for (const subscriber of [...subscribers]) subscriber.fail(error);
    }
  }

  return {
    audience,
    subscribers,
    render,
    deliver(events) {
      if (waiting >= MAX_WAITING) {
        for (const subscriber of [...subscribers]) subscriber.leave();
        return;
      }
      waiting += 1;
      work = work
        .then(() => renderAndDeliver(events))
        .finally(() => {
          waiting -= 1;
        });
    },
  };
}

import type { Audience } from '../domain/scopes.js';
import type { EventLog, LoggedEvent } from './event-log.js';
import { type EventOffset, later } from './event-offset.js';

/** How often the table is looked at without having been told to. */
const POLL_MS = 2_000;
/** How soon after a failed look. */
const FAILED_MS = 250;

/** Hears of an audience's events, page by page, in order. */
export interface FeedReader {
  deliver(events: readonly LoggedEvent[]): void;
}

export interface Feed {
  /**
   * Lets a reader hear of every event of the audience after the answered position. `reached` is how far the
   * caller has got by itself: a feed without readers begins there.
   */
  join(audience: Audience, reader: FeedReader, reached: EventOffset): EventOffset;
  leave(audience: Audience, reader: FeedReader): void;
  /** Something may have happened. */
  look(): void;
  /** Milliseconds since the feed that is furthest behind had told all there was; 0 when none is. */
  lagMs(): number;
  close(): void;
}

/** What is told to one audience: one statement for each look, however many readers there are. */
interface Line {
  readonly readers: Set<FeedReader>;
  position: EventOffset;
  isLooking: boolean;
  lookAgain: boolean;
  timer: NodeJS.Timeout | undefined;
  /** Since when there may be something that has not been told; null when there is nothing. */
  behindSince: number | null;
}

export function createFeed(log: Pick<EventLog, 'pageAfter'>, onFailure: (error: unknown) => void): Feed {
  const lines = new Map<Audience, Line>();

  async function look(audience: Audience, line: Line): Promise<void> {
    line.lookAgain = true;
    if (line.isLooking) return;
    line.isLooking = true;
    line.behindSince ??= performance.now();
    clearTimeout(line.timer);
    let nextMs = POLL_MS;
    try {
      while (line.lookAgain && line.readers.size > 0) {
        line.lookAgain = false;
        const page = await log.pageAfter(audience, line.position);
        line.position = page.next;
        if (page.events.length > 0) for (const reader of [...line.readers]) reader.deliver(page.events);
        if (page.isLast) line.behindSince = null;
        else line.lookAgain = true;
      }
    } catch (error) {
      // Nothing has been skipped: the next look finds it.
      onFailure(error);
      nextMs = FAILED_MS;
    } finally {
      line.isLooking = false;
    }
    if (line.readers.size === 0) {
      if (lines.get(audience) === line) lines.delete(audience);
      return;
    }
    line.timer = setTimeout(() => void look(audience, line), nextMs);
    line.timer.unref();
  }

  return {
    join(audience, reader, reached) {
      const open = lines.get(audience);
      if (open && open.readers.size > 0) {
        open.readers.add(reader);
        return later(reached, open.position);
      }
      clearTimeout(open?.timer);
      const line = newLine(reader, reached);
      lines.set(audience, line);
      void look(audience, line);
      return reached;
    },
    leave(audience, reader) {
      const line = lines.get(audience);
      if (!line?.readers.delete(reader) || line.readers.size > 0) return;
      clearTimeout(line.timer);
      if (!line.isLooking) lines.delete(audience);
    },
    look() {
      for (const [audience, line] of lines) void look(audience, line);
    },
    lagMs() {
      const now = performance.now();
      return Math.max(0, ...[...lines.values()].map(({ behindSince }) => now - (behindSince ?? now)));
    },
    close() {
      for (const line of lines.values()) {
        line.readers.clear();
        clearTimeout(line.timer);
      }
      lines.clear();
    },
  };
}

function newLine(reader: FeedReader, position: EventOffset): Line {
  return {
    readers: new Set([reader]),
    position,
    isLooking: false,
    lookAgain: false,
    timer: undefined,
    behindSince: null,
  };
}

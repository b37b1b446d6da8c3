/** One of two worlds. */
export type Side = 'bare' | 'crowded';

export interface NamedRecord {
  /** Global id. */
  readonly id: string;
  readonly reference: string;
}

const NAMES = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?:TUR|RUS|AZE)-\d{4}-\d{6,7}\b/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)/g;
/** A cursor is a JSON list in base64. */
const CURSOR = /WyJ[A-Za-z0-9+/]+={0,2}/g;
const AVAILABLE = /"available":\d+/g;
const PREFIX = 'Incident:';

/**
 * What servers draw at random or read off the clock differs between two worlds that are otherwise alike: keys
 * and references of records made in both, when something was written, and what the clock has restored of a
 * budget. Answers are compared with a common name for each of the former and without the latter. A key or
 * a reference that was not made in both worlds has no common name, and stays as it is.
 */
export class Renaming {
  private readonly common = { bare: new Map<string, string>(), crowded: new Map<string, string>() };
  private readonly own = { bare: new Map<string, string>(), crowded: new Map<string, string>() };
  private count = 0;

  /** Times before `since` are compared as they are. */
  constructor(private readonly since: Date) {}

  /** Gives a record that was made in both worlds its common name, once. */
  meet(bare: NamedRecord, crowded: NamedRecord): NamedRecord {
    const keys = [bare.id, crowded.id].map((id) => id.slice(PREFIX.length)) as [string, string];
    const known = this.common.bare.get(keys[0]);
    if (known === undefined) this.count += 1;
    const number = String(this.count).padStart(6, '0');
    // As long as the names they stand for, and of the same form.
    const key = known ?? `00000000-0000-4000-9000-000000${number}`;
    const reference = this.common.bare.get(bare.reference) ?? bare.reference.replace(/\d+$/, number);
    this.name(keys, key);
    this.name([bare.reference, crowded.reference], reference);
    return { id: `${PREFIX}${key}`, reference };
  }

  private name([bare, crowded]: readonly [string, string], shared: string): void {
    for (const [side, mine] of [
      ['bare', bare],
      ['crowded', crowded],
    ] as const) {
      this.common[side].set(mine, shared);
      this.own[side].set(shared, mine);
    }
  }

  /** What one world answered, in common names. */
  heard(side: Side, text: string): string {
    const named = (within: string): string =>
      within
        .replaceAll(NAMES, (name) => this.common[side].get(name) ?? name)
        .replaceAll(TIME, (time) => (new Date(time) < this.since ? time : 'now'));
    return named(text.replaceAll(CURSOR, (cursor) => recoded(cursor, named))).replaceAll(
      AVAILABLE,
      '"available":…',
    );
  }

  /** What is said to one world, out of common names. */
  said(side: Side, text: string): string {
    const named = (within: string): string =>
      within.replaceAll(NAMES, (name) => this.own[side].get(name) ?? name);
    return named(text.replaceAll(CURSOR, (cursor) => recoded(cursor, named)));
  }
}

function recoded(cursor: string, change: (content: string) => string): string {
  return Buffer.from(change(Buffer.from(cursor, 'base64').toString())).toString('base64');
}

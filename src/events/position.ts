/**
 * A place in the order in which events are given: by transaction, then by sequence. Only transactions that
 * nothing older can still join are read, so that the order is final. It never leaves the server.
 */
export interface Position {
  readonly xid: bigint;
  readonly seq: bigint;
}

/** A snapshot of PostgreSQL: which transactions had ended at a moment. */
export interface Moment {
  /** Every transaction before this one had ended. */
  readonly xmin: bigint;
  /** This one and all after it had not begun. */
  readonly xmax: bigint;
  /** Those between that were still under way. */
  readonly underWay: ReadonlySet<bigint>;
}

export function isAfter(one: Position, other: Position): boolean {
  return one.xid > other.xid || (one.xid === other.xid && one.seq > other.seq);
}

/** The place before every event of a transaction and of those after it. */
export function before(xid: bigint): Position {
  return { xid, seq: 0n };
}

/** Reads a pg_snapshot, such as `10:20:10,14,15`. */
export function readMoment(text: string): Moment {
  const [xmin = '', xmax = '', underWay = ''] = text.split(':');
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    underWay: new Set(underWay === '' ? [] : underWay.split(',').map(BigInt)),
  };
}

export function hadEnded({ xmin, xmax, underWay }: Moment, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !underWay.has(xid));
}

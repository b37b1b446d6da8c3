/** Load of a connection pool. */
export interface PoolUse {
  readonly audience: string;
  /** `quick 1`, `quick 2`, `heavy`, `write` or `revocation`. */
  readonly pool: string;
  /** Statements running or waiting. */
  readonly busy: number;
  /** Open connections, if known. */
  readonly open?: number;
}

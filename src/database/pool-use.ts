/** How busy a pool of connections is. */
export interface PoolUse {
  readonly audience: string;
  /** `quick 1`, `quick 2`, `heavy` or `write`. */
  readonly pool: string;
  /** Statements running or waiting. */
  readonly busy: number;
  /** Open connections, where that is known. */
  readonly open?: number;
}

/** How busy a pool of connections is. */
export interface PoolUse {
  readonly audience: string;
  readonly pool: string;
  /** Statements under way or waiting. */
  readonly busy: number;
  /** Connections open, where that is known. */
  readonly open?: number;
}

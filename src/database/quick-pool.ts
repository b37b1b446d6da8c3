import type { Audience } from '../domain/scopes.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import type { PoolUse } from './pool-use.js';
import type { RoleClientConfig } from './role-client.js';
import type { StatementTime } from './statement-time.js';

const PIPELINES = 2;

/** The pool of an audience for quick statements: pipelined connections, used in turn. */
export class QuickPool {
  private readonly pipelines: readonly Pipeline[];
  private next = 0;

  constructor(options: RoleClientConfig) {
    this.pipelines = Array.from({ length: PIPELINES }, () => new Pipeline(options));
  }

  /** Answers the row's texts in UTF-8, and adds to `time` even when it fails. */
  read(statement: ReadStatement, time?: StatementTime): Promise<readonly Buffer[]> {
    this.next = (this.next + 1) % this.pipelines.length;
    const pipeline = this.pipelines[this.next];
    if (!pipeline) throw new Error('A quick pool has no connections');
    return pipeline.read(statement, time && ((heldMs) => (time.quickMs += heldMs)));
  }

  use(audience: Audience): PoolUse[] {
    return this.pipelines.map((pipeline, index) => ({
      audience,
      pool: `quick ${index + 1}`,
      ...pipeline.use,
    }));
  }

  abort(): void {
    for (const pipeline of this.pipelines) pipeline.abort();
  }

  async close(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => pipeline.close()));
  }
}

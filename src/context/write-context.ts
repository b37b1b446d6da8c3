import type { Transaction } from '../database/transaction.js';
import type { WriteOptions } from '../database/writers.js';
import type { Nation } from '../domain/scopes.js';
import type { RequestContext } from './request-context.js';

/** The part of a request that services receive, with their only access to the database. */
export interface WriteContext extends RequestContext {
  /** The nation that writes. The transaction runs under its role. */
  readonly nation: Nation;
  /** Runs the work in one transaction under the role of the nation. */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
}

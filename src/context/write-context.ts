import type { Transaction } from '../database/transaction.js';
import type { WriteOptions } from '../database/writers.js';
import type { Nation } from '../domain/scopes.js';
import type { RequestContext } from './request-context.js';

/** The part of a request that services get, with their only access to the database. */
export interface WriteContext extends RequestContext {
  /** The nation that writes; its role is the one that the transaction runs under. */
  readonly nation: Nation;
  /** Runs the work in one transaction under the nation's role: all of it, or nothing. */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
}

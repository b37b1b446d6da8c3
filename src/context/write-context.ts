import type { Transaction } from '../database/transaction.js';
import type { WriteOptions } from '../database/writers.js';
import type { Nation } from '../domain/scopes.js';
import type { RequestContext } from './request-context.js';

/** What a service may know of the request, and its one way to the database. */
export interface WriteContext extends RequestContext {
  /** The nation that writes, as which the database knows the viewer. */
  readonly nation: Nation;
  /** One transaction as the viewer's nation: all of the work, or nothing. */
  write<T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
}

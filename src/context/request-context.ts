import type { Viewer } from '../auth/viewer.js';
import type { Locale } from '../domain/locale.js';
import type { Translate } from '../i18n/labels.js';
import type { RequestRecord } from './request-record.js';

/** The part of a request that resolvers receive. Frozen. */
export interface RequestContext {
  readonly viewer: Viewer;
  /** Language of the request: see i18n/negotiation.ts. */
  readonly locale: Locale;
  readonly t: Translate;
  /** Identifies the request in logs and internal errors. */
  readonly requestId: string;
  /** Collects values for the log entry and the metrics of the request. */
  readonly record?: RequestRecord;
}

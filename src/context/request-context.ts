import type { Viewer } from '../auth/viewer.js';
import type { Locale } from '../domain/locale.js';
import type { Translate } from '../i18n/labels.js';
import type { RequestRecord } from './request-record.js';

/** What a resolver may know of the request. Frozen. */
export interface RequestContext {
  readonly viewer: Viewer;
  /** Language of the request: see labels/negotiation.ts. */
  readonly locale: Locale;
  readonly t: Translate;
  /** Names the request in logs and internal errors. */
  readonly requestId: string;
  /** What the log and the metrics will say of the request. */
  readonly record?: RequestRecord;
}

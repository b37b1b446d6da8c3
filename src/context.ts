import type { Viewer } from './access/viewer.js';
import type { Translate } from './labels/labels.js';
import type { Locale } from './labels/locale.js';
import type { RequestRecord } from './watch/request-record.js';

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

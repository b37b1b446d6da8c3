import type { Viewer } from './access/viewer.js';
import type { Translate } from './labels/labels.js';
import type { Locale } from './labels/locale.js';

/** What a resolver may know of the request. Frozen. */
export interface RequestContext {
  readonly viewer: Viewer;
  /** Language of the request: see labels/negotiation.ts. */
  readonly locale: Locale;
  readonly t: Translate;
  /** Names the request in logs and internal errors. */
  readonly requestId: string;
}

import type { Viewer } from '../auth/viewer.js';
import type { RequestContext } from '../context/request-context.js';
import type { RequestRecord } from '../context/request-record.js';
import { translator } from '../i18n/labels.js';
import { requestLocale } from '../i18n/negotiation.js';

/** The context of one operation, in the language that its viewer and its transport ask for. */
export function createContext(
  viewer: Viewer,
  acceptLanguage: string | undefined,
  { requestId, record }: { readonly requestId: string; readonly record: RequestRecord },
): RequestContext {
  const locale = requestLocale({ claim: viewer.locale, acceptLanguage, nation: viewer.nation });
  return Object.freeze({ viewer, locale, t: translator(locale), requestId, record });
}

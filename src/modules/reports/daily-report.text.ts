import { z } from 'zod';
import type { Locale } from '../../domain/locale.js';
import { type Translate, translator, vocabularyLabel } from '../../i18n/labels.js';
import { listText } from '../../i18n/lists.js';
import { dayText } from '../../i18n/moments.js';
import { audiencesOf } from '../../planner/audience-mask.js';

const parts = z.object({
  date: z.iso.date(),
  count: z.number().int(),
  /** Audiences that may see the report, as a mask. */
  marking: z.number().int(),
  isEmpty: z.boolean(),
});

/** The headings of a report. */
export function reportText(
  locale: Locale,
  found: unknown,
): { readonly title: string; readonly summary: string; readonly marking: string } {
  const t = translator(locale);
  const { date, count, marking, isEmpty } = parts.parse(found);
  const day = dayText(locale, date);
  const audiences = audiencesOf(marking);
  const names = (audiences.includes('PUBLIC') ? (['PUBLIC'] as const) : audiences).map((audience) =>
    vocabularyLabel(locale, 'Audience', audience),
  );
  return {
    title: t('report.title', { date: day }),
    summary: summary(t, { day, count, isEmpty }),
    marking: t('report.releasable', { audiences: listText(locale, names) }),
  };
}

/** A day without incidents may still have content: an older incident or a deadline. */
function summary(
  t: Translate,
  { day, count, isEmpty }: { day: string; count: number; isEmpty: boolean },
): string {
  if (isEmpty) return t('report.nothing', { date: day });
  if (count === 0) return t('report.noneRecorded', { date: day });
  return t('report.summary', { date: day, count });
}

import { z } from 'zod';
import { LOCALES, type Locale } from '../../domain/locale.js';

const counts = z.object({
  labels: z.array(z.string()),
  count: z.number(),
  killed: z.number(),
  wounded: z.number(),
});
const entry = z.object({
  incident: z.object({ reference: z.string(), categoryLabel: z.string() }),
  digests: z.tuple([z.object({ text: z.string() })]),
  assessments: z.array(z.object({ nationLabel: z.string(), verdictLabel: z.string() })),
});
const agreement = z.object({ title: z.string() });

/** A daily report in one language, for printing. */
const printedReport = z.object({
  date: z.iso.date(),
  marking: z.array(z.string()),
  markingText: z.string(),
  texts: z.tuple([z.object({ title: z.string(), summary: z.string(), marking: z.string() })]),
  total: counts.omit({ labels: true }),
  byCategory: z.array(counts),
  byDistrict: z.array(counts),
  entries: z.array(entry),
  ongoing: z.array(entry),
  provisions: z.array(
    z.object({
      number: z.number(),
      agreement,
      summary: z.object({ text: z.string(), locale: z.enum(LOCALES) }),
    }),
  ),
  deadlines: z.array(
    z.object({
      provision: z.object({ number: z.number(), agreement }),
      deadline: z.object({
        subject: z.string(),
        planned: z.iso.date().nullable(),
        revised: z.iso.date().nullable(),
        actual: z.iso.date().nullable(),
      }),
    }),
  ),
});

const printedCentre = z.object({
  name: z.string(),
  contingents: z.array(
    z.object({
      nation: z.string(),
      head: z
        .object({
          name: z.string(),
          appointmentOn: z.object({ rank: z.string().nullable() }).nullable(),
        })
        .nullable(),
    }),
  ),
});

export type PrintedReport = z.infer<typeof printedReport>;

export interface PrintedLanguage {
  readonly locale: Locale;
  readonly centre: string;
  /** Heads of the contingents on the day, with their rank. */
  readonly heads: ReadonlyMap<string, string>;
  readonly report: PrintedReport;
}

/** The query of the report in each language, in one operation. {@link readAnswer} parses its answer. */
export function reportQuery(locales: readonly Locale[]): string {
  return `query Report($date: Date!) {\n${locales.map(inLanguage).join('\n')}\n}`;
}

function inLanguage(locale: Locale): string {
  const sums = 'count killed wounded';
  const said = `incident { reference categoryLabel(locale: ${locale}) } digests { text } assessments { nationLabel(locale: ${locale}) verdictLabel(locale: ${locale}) }`;
  const titled = `number agreement { title(locale: ${locale}) }`;
  return `centre${locale}: centre { name(locale: ${locale})
      contingents { nation head(on: $date) { name(locale: ${locale}) appointmentOn(date: $date) { rank(locale: ${locale}) } } } }
    report${locale}: dailyReport(date: $date, locales: [${locale}]) {
      date marking markingText
      texts { title summary marking }
      total { ${sums} }
      byCategory { labels(locale: ${locale}) ${sums} }
      byDistrict { labels(locale: ${locale}) ${sums} }
      entries { ${said} }
      ongoing { ${said} }
      provisions { ${titled} summary(locale: ${locale}) { text locale } }
      deadlines { provision { ${titled} } deadline { subject(locale: ${locale}) planned revised actual } }
    }`;
}

export function readAnswer(data: unknown, locales: readonly Locale[]): PrintedLanguage[] {
  const answer = z.record(z.string(), z.unknown()).parse(data);
  return locales.map((locale) => {
    const { name, contingents } = printedCentre.parse(answer[`centre${locale}`]);
    const heads = contingents.flatMap(({ nation, head }): [string, string][] =>
      head ? [[nation, [head.appointmentOn?.rank, head.name].filter(Boolean).join(' ')]] : [],
    );
    return {
      locale,
      centre: name,
      heads: new Map(heads),
      report: printedReport.parse(answer[`report${locale}`]),
    };
  });
}

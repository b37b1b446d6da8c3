import { LANGUAGES, type Locale } from '../../domain/locale.js';
import { JOINT_COMMAND } from '../../domain/scopes.js';
import { translator, vocabularyLabel } from '../../i18n/labels.js';
import { dayText } from '../../i18n/moments.js';
import type { PrintedLanguage, PrintedReport } from './daily-report.query.js';
import { REPORT_STYLE } from './daily-report.style.js';
import { type Html, html, joined } from './html.js';

/** The printable page of a daily report, with the languages side by side, paragraph by paragraph. */
export function dailyReportPage(languages: readonly PrintedLanguage[]): string {
  const [first] = languages;
  if (!first) throw new Error('A report has a language');
  const { date, markingText } = first.report;
  const row = (of: (language: PrintedLanguage) => Html): Html =>
    html`<div class="row">${joined(languages.map((language) => cell(language.locale, of(language))))}</div>`;
  const section = (key: string, rows: readonly Html[]): Html =>
    html`<section>${row(({ locale }) => html`<h2>${translator(locale)(`report.${key}`)}</h2>`)}${joined(rows)}</section>`;
  const note = (key: string): Html[] => [
    row(({ locale }) => html`<p class="note">${translator(locale)(`report.${key}`)}</p>`),
  ];
  /** One row for each item. Every language has the same items. */
  const rowsOf = <T>(
    of: (report: PrintedReport) => readonly T[],
    show: (item: T, locale: Locale, index: number) => Html,
  ): Html[] =>
    of(first.report).map((_, index) =>
      row(({ locale, report }) => {
        const item = of(report)[index];
        return item === undefined ? html`` : show(item, locale, index);
      }),
    );
  const orNote = (rows: readonly Html[], key: string): readonly Html[] =>
    rows.length > 0 ? rows : note(key);

  const band = html`<tr><td><div class="band"><span class="day">${date}</span><span class="marking">${markingText}</span></div></td></tr>`;

  const body = html`
<header>
  ${row(
    ({
      centre,
      report: {
        texts: [text],
      },
    }) => html`<p class="centre">${centre}</p><h1>${text.title}</h1><p class="lead">${text.summary}</p>`,
  )}
</header>
${section(
  'incidents',
  orNote(
    rowsOf(({ entries }) => entries, showEntry),
    'noIncidents',
  ),
)}
${
  first.report.ongoing.length > 0
    ? section(
        'ongoing',
        rowsOf(({ ongoing }) => ongoing, showEntry),
      )
    : html``
}
${first.report.total.count > 0 ? section('totals', [row(({ locale, report }) => totals(locale, report)), ...note('known')]) : html``}
${section(
  'provisions',
  orNote(
    rowsOf(({ provisions }) => provisions, showProvision),
    'noProvisions',
  ),
)}
${section(
  'deadlines',
  orNote(
    rowsOf(
      ({ deadlines }) => deadlines,
      (item, locale) => showDeadline(item, locale),
    ),
    'noDeadlines',
  ),
)}
<footer class="audiences">${row(
    ({
      report: {
        texts: [text],
      },
    }) => html`<p>${text.marking}</p>`,
  )}</footer>
${signatures(languages)}`;

  return html`<!doctype html>
<html lang="${LANGUAGES[first.locale].tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${first.report.texts[0].title} · ${markingText}</title>
<style>${REPORT_STYLE}</style>
</head>
<body class="columns-${languages.length}">
<table class="sheet" role="presentation"><thead>${band}</thead><tfoot>${band}</tfoot><tbody><tr><td>${body}</td></tr></tbody></table>
</body>
</html>
`.text;
}

function cell(locale: Locale, content: Html): Html {
  return html`<div lang="${LANGUAGES[locale].tag}">${content}</div>`;
}

/** Signature lines of the heads of those contingents that may see the whole report. */
function signatures(languages: readonly PrintedLanguage[]): Html {
  const inEach = (of: (language: PrintedLanguage) => string): Html =>
    joined(
      languages.map((language) => html`<p lang="${LANGUAGES[language.locale].tag}">${of(language)}</p>`),
    );
  const marking = new Set<string>(languages[0]?.report.marking);
  const signing = JOINT_COMMAND.filter((nation) => marking.has(nation));
  return html`<section class="signatures">${joined(
    signing.map(
      (nation) => html`<div class="signature">
<div class="nation"><b>${inEach(({ locale }) => vocabularyLabel(locale, 'Nation', nation))}</b>${inEach(({ locale }) => vocabularyLabel(locale, 'Role', 'CONTINGENT_HEAD'))}</div>
<div class="line"></div>
${inEach(({ heads }) => heads.get(nation) ?? '')}
</div>`,
    ),
  )}</section>`;
}

/** A label with a capital, to begin a sentence or title. */
function capitalized(locale: Locale, label: string): string {
  return label.charAt(0).toLocaleUpperCase(LANGUAGES[locale].tag) + label.slice(1);
}

function showEntry(entry: PrintedReport['entries'][number], locale: Locale, index: number): Html {
  const { incident, digests, assessments } = entry;
  return html`<article>
<h3><span class="number">${index + 1}</span><span>${capitalized(locale, incident.categoryLabel)}</span><span class="reference">${incident.reference}</span></h3>
<p>${digests[0].text}</p>
<ul class="assessments">${joined(
    assessments.map(({ nationLabel, verdictLabel }) => html`<li><b>${nationLabel}</b> ${verdictLabel}</li>`),
  )}</ul>
</article>`;
}

function totals(locale: Locale, { total, byCategory, byDistrict }: PrintedReport): Html {
  const t = translator(locale);
  const line = (label: string, { count, killed, wounded }: PrintedReport['total']): Html =>
    html`<tr><th scope="row">${label}</th><td>${count}</td><td>${killed}</td><td>${wounded}</td></tr>`;
  const group = (key: string, groups: PrintedReport['byCategory']): Html =>
    html`<tbody><tr class="group"><th colspan="4" scope="rowgroup">${t(`report.${key}`)}</th></tr>${joined(
      groups.map((item) =>
        line(item.labels[0] === '–' ? t('report.noDistrict') : capitalized(locale, item.labels.join()), item),
      ),
    )}</tbody>`;
  return html`<table class="totals">
<thead><tr><td></td><th scope="col">${t('report.number')}</th><th scope="col">${t('report.killed')}</th><th scope="col">${t('report.wounded')}</th></tr></thead>
${group('byCategory', byCategory)}${group('byDistrict', byDistrict)}
<tfoot>${line(t('report.all'), total)}</tfoot>
</table>`;
}

function showProvision(
  { number, agreement, summary }: PrintedReport['provisions'][number],
  locale: Locale,
): Html {
  const title = translator(locale)('report.provision', { agreement: agreement.title, number });
  return html`<p class="item"><b>${title}</b> <span lang="${LANGUAGES[summary.locale].tag}">${summary.text}</span></p>`;
}

function showDeadline({ provision, deadline }: PrintedReport['deadlines'][number], locale: Locale): Html {
  const t = translator(locale);
  const dates = (['planned', 'revised', 'actual'] as const).flatMap((kind) => {
    const date = deadline[kind];
    return date === null ? [] : [html`<li>${t(`report.${kind}`, { date: dayText(locale, date) })}</li>`];
  });
  const title = t('report.provision', { agreement: provision.agreement.title, number: provision.number });
  return html`<p class="item"><b>${deadline.subject}</b> <span class="quiet">${title}</span></p><ul class="dates">${joined(dates)}</ul>`;
}

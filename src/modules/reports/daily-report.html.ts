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
  const { date, markingText, texts } = first.report;
  const band = html`<tr><td><div class="band"><span class="day">${date}</span><span class="marking">${markingText}</span></div></td></tr>`;
  const body = joined([
    heading(languages),
    ...sections(first.report, new ReportRows(languages, first.report)),
    footer(languages),
    signatures(languages),
  ]);
  return html`<!doctype html>
<html lang="${LANGUAGES[first.locale].tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts[0].title} · ${markingText}</title>
<style>${REPORT_STYLE}</style>
</head>
<body class="columns-${languages.length}">
<table class="sheet" role="presentation"><thead>${band}</thead><tfoot>${band}</tfoot><tbody><tr><td>${body}</td></tr></tbody></table>
</body>
</html>
`.text;
}

/** Rows of the page: a cell for each language, with the same content. */
class ReportRows {
  constructor(
    private readonly languages: readonly PrintedLanguage[],
    private readonly first: PrintedReport,
  ) {}

  section(key: string, rows: readonly Html[]): Html {
    return html`<section>${this.text(key, (text) => html`<h2>${text}</h2>`)}${joined(rows)}</section>`;
  }

  note(key: string): Html {
    return this.text(key, (text) => html`<p class="note">${text}</p>`);
  }

  totals(): Html {
    return row(this.languages, ({ locale, report }) => totals(locale, report));
  }

  /** One row for each item. Every language has the same items. */
  items<T>(
    list: (report: PrintedReport) => readonly T[],
    show: (item: T, locale: Locale, index: number) => Html,
  ): Html[] {
    return list(this.first).map((_, index) =>
      row(this.languages, ({ locale, report }) => {
        const item = list(report)[index];
        return item === undefined ? html`` : show(item, locale, index);
      }),
    );
  }

  private text(key: string, show: (text: string) => Html): Html {
    return row(this.languages, ({ locale }) => show(translator(locale)(`report.${key}`)));
  }
}

function sections({ ongoing, total }: PrintedReport, rows: ReportRows): Html[] {
  const orNote = (items: readonly Html[], key: string): readonly Html[] =>
    items.length > 0 ? items : [rows.note(key)];
  const entries = rows.items((report) => report.entries, showEntry);
  const provisions = rows.items((report) => report.provisions, showProvision);
  const deadlines = rows.items((report) => report.deadlines, showDeadline);
  return [
    rows.section('incidents', orNote(entries, 'noIncidents')),
    ...(ongoing.length > 0
      ? [
          rows.section(
            'ongoing',
            rows.items((report) => report.ongoing, showEntry),
          ),
        ]
      : []),
    ...(total.count > 0 ? [rows.section('totals', [rows.totals(), rows.note('known')])] : []),
    rows.section('provisions', orNote(provisions, 'noProvisions')),
    rows.section('deadlines', orNote(deadlines, 'noDeadlines')),
  ];
}

function row(languages: readonly PrintedLanguage[], show: (language: PrintedLanguage) => Html): Html {
  return html`<div class="row">${joined(languages.map((language) => cell(language.locale, show(language))))}</div>`;
}

function heading(languages: readonly PrintedLanguage[]): Html {
  const show = ({ centre, report }: PrintedLanguage): Html => {
    const [{ title, summary }] = report.texts;
    return html`<p class="centre">${centre}</p><h1>${title}</h1><p class="lead">${summary}</p>`;
  };
  return html`<header>${row(languages, show)}</header>`;
}

function footer(languages: readonly PrintedLanguage[]): Html {
  const show = ({ report }: PrintedLanguage): Html => html`<p>${report.texts[0].marking}</p>`;
  return html`<footer class="audiences">${row(languages, show)}</footer>`;
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

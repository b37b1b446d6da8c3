import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printableReport } from '../../../src/cli/printed-report.js';
import { dailyReportPage } from '../../../src/modules/reports/daily-report.html.js';
import { html } from '../../../src/modules/reports/html.js';
import { PrintError, printPdf } from '../../../src/modules/reports/pdf.js';
import { type App, startApp } from '../../support/app.js';
import { installationOf } from '../../support/roles.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const REPORT = `query ($date: Date!) { dailyReport(date: $date, locales: [TR, RU]) {
  date locales marking markingText isEmpty texts { locale title summary marking }
  total { count killed wounded } byCategory { keys count } byDistrict { keys count }
  entries { incident { reference originator } digests { locale text } assessments { nation verdict verdictLabel(locale: EN) } }
  ongoing { incident { reference } } provisions { code } deadlines { provision { code } deadline { subject(locale: EN) planned revised actual } } } }`;

type Reader = 'TUR' | 'RUS' | 'AZE' | null;

async function reportOf(nation: Reader, date: string) {
  const { data, errors } = await app
    .as(nation, nation === null ? 'PUBLIC' : 'LIAISON_OFFICER')
    .query(REPORT, { date });
  expect(errors).toEqual([]);
  return data.dailyReport;
}

describe('dailyReport', () => {
  it.each([
    ['TUR', 2, 'TUR', ['TUR']],
    ['RUS', 1, 'TUR RUS', ['TUR', 'RUS']],
    ['AZE', 0, 'PUBLIC', ['TUR', 'RUS', 'AZE', 'PUBLIC']],
    [null, 0, 'PUBLIC', ['TUR', 'RUS', 'AZE', 'PUBLIC']],
  ] as const)(
    'of 9 March 2022 for %s has %i incidents and is marked %s',
    async (nation, count, text, marking) => {
      const report = await reportOf(nation, '2022-03-09');
      expect(report.total.count).toBe(count);
      expect(report.entries).toHaveLength(count);
      expect(report.markingText).toBe(text);
      expect(report.marking).toEqual(marking);
      expect(report.isEmpty).toBe(count === 0);
      const [turkish, russian] = report.texts;
      expect(turkish.title).toBe('Günlük rapor: 9 Mart 2022');
      expect(russian.title).toBe('Ежедневный отчёт: 9 марта 2022 года');
      if (count === 0) {
        expect(turkish.summary).toBe('9 Mart 2022 günü için bildirilecek bir husus yoktur.');
        expect(russian.summary).toBe('За 9 марта 2022 года сведений для доклада нет.');
      } else {
        expect(report.entries[0].digests.map(({ locale }: { locale: string }) => locale)).toEqual([
          'TR',
          'RU',
        ]);
        expect(report.provisions).toEqual([{ code: 'trilateral-statement-2020/1' }]);
      }
    },
  );

  it('counts by category and district what it lists', async () => {
    const { byCategory, byDistrict, total } = await reportOf('TUR', '2022-03-09');
    expect(byCategory).toEqual([
      { keys: ['MORTAR_FIRE'], count: 1 },
      { keys: ['SHELLING'], count: 1 },
    ]);
    expect(byDistrict).toEqual([
      { keys: ['khojaly-district'], count: 1 },
      { keys: ['khojavend-district'], count: 1 },
    ]);
    expect(total).toEqual({ count: 2, killed: 0, wounded: 1 });
  });

  it('reveals no hidden audiences: a report for AZE is marked AZE', async () => {
    const azerbaijani = await reportOf('AZE', '2022-03-11');
    expect(azerbaijani.entries).toHaveLength(1);
    expect(azerbaijani.markingText).toBe('AZE');
    expect((await reportOf('RUS', '2022-03-11')).markingText).toBe('TUR RUS AZE');
    // Its own records it does know.
    expect((await reportOf('AZE', '2020-11-14')).markingText).toBe('TUR RUS AZE');
    expect((await reportOf(null, '2023-09-20')).markingText).toBe('PUBLIC');
  });

  it('lists what is still under way, deadlines of the day, and nothing of a month without a day', async () => {
    const winter = await reportOf('RUS', '2023-01-05');
    expect(winter.total.count).toBe(0);
    expect(winter.ongoing).toHaveLength(1);
    expect(winter.isEmpty).toBe(false);
    expect(winter.texts.map(({ summary }: { summary: string }) => summary)).toEqual([
      '5 Ocak 2023 günü için kayıtlı olay yoktur.',
      'За 5 января 2023 года инцидентов не зарегистрировано.',
    ]);
    const november = await reportOf('RUS', '2020-11-25');
    expect(november.deadlines).toEqual([
      {
        provision: { code: 'trilateral-statement-2020/6' },
        deadline: {
          subject: 'Handover of the Kalbajar district',
          planned: '2020-11-15',
          revised: '2020-11-25',
          actual: '2020-11-25',
        },
      },
    ]);
    expect((await reportOf('TUR', '2021-05-01')).isEmpty).toBe(true);
  });

  it('shows where the assessment of both sides stands', async () => {
    const [{ incident }] = (await reportOf('RUS', '2022-03-09')).entries;
    const { id } = (
      await app.as('RUS', 'LIAISON_OFFICER').query('query ($r: String!) { incident(reference: $r) { id } }', {
        r: incident.reference,
      })
    ).data.incident;
    const assessed = await app
      .as('RUS', 'CONTINGENT_HEAD')
      .query(
        'mutation ($id: ID!) { assessIncident(input: { id: $id, version: 1, verdict: CONFIRMED }) { userErrors { code } } }',
        { id },
      );
    expect(assessed.errors).toEqual([]);
    expect(assessed.data.assessIncident.userErrors).toEqual([]);
    const [entry] = (await reportOf('TUR', '2022-03-09')).entries;
    expect(entry.assessments).toEqual([
      { nation: 'TUR', verdict: null, verdictLabel: 'not assessed yet' },
      { nation: 'RUS', verdict: 'CONFIRMED', verdictLabel: 'confirmed' },
    ]);
  });

  it('needs the rights of what it is made of', async () => {
    const reader = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['incident:read', 'reference:read'] });
    const { errors } = await reader.query(REPORT, { date: '2022-03-09' });
    expect(errors.length).toBeGreaterThan(0);
    for (const { extensions } of errors)
      expect(extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'statistics:read' });
    const counter = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['statistics:read'] });
    const refused = await counter.query('{ dailyReport(date: "2022-03-09", locales: [TR]) { isEmpty } }');
    expect(refused.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'incident:read' });
  });
});

describe('the printed page', () => {
  const database = () => installationOf(app.database.url);

  it('has every paragraph in both languages side by side, each marked with its language', async () => {
    const page = await printableReport(database(), {
      date: '2022-03-09',
      locales: ['TR', 'RU'],
      nation: 'TUR',
    });
    const rows = page.match(/<div class="row">/g)?.length ?? 0;
    expect(page.match(/<div lang="tr">/g)).toHaveLength(rows);
    expect(page.match(/<div lang="ru">/g)).toHaveLength(rows);
    expect(page.match(/class="marking">TUR</g)).toHaveLength(2);
    expect(page).not.toMatch(/<script/i);
    const turkish = page.indexOf('Hramort&#39;ta havan ateşi');
    expect(page.indexOf('Миномётный обстрел Храморта')).toBeGreaterThan(turkish);
    expect(turkish).toBeGreaterThan(0);
  });

  it('is marked at its head and foot, which print on every page, and is signed by those who see all of it', async () => {
    const page = await printableReport(database(), {
      date: '2022-03-11',
      locales: ['AZ', 'EN'],
      nation: 'RUS',
    });
    const band =
      '<tr><td><div class="band"><span class="day">2022-03-11</span><span class="marking">TUR RUS AZE</span></div></td></tr>';
    expect(page).toContain(`<thead>${band}</thead><tfoot>${band}</tfoot>`);
    const [, first = '', second = ''] = page.split('<div class="signature">');
    expect(first).toContain('<p lang="az">Türkiyə</p><p lang="en">Türkiye</p>');
    expect(first).toMatch(/<p lang="en">\S.* (Katırcı|Akpınar|Karaosmanoğlu)<\/p>/);
    expect(second).toContain('<p lang="az">Rusiya</p><p lang="en">Russia</p>');
    expect(second).toContain('head of the national contingent at the Centre');
    const own = await printableReport(database(), { date: '2022-03-09', locales: ['EN'], nation: 'TUR' });
    expect(own.match(/class="signature"/g)).toHaveLength(1);
  });

  it('shows each reader what that reader sees', async () => {
    const russian = await printableReport(database(), { date: '2022-03-09', locales: ['RU'], nation: 'RUS' });
    expect(russian).toContain('TUR RUS');
    expect(russian).not.toContain('Сообщено об обстреле нескольких сёл');
    const open = await printableReport(database(), {
      date: '2022-03-09',
      locales: ['TR', 'RU', 'AZ', 'EN'],
      nation: null,
    });
    expect(open).toContain('There is nothing to report for 9 March 2022.');
    expect(open).toContain('За 9 марта 2022 года сведений для доклада нет.');
  });

  it('escapes what it prints', () => {
    expect(html`<p title="${'"'}">${"<b>&'</b>"}</p>${html`<i>`}`.text).toBe(
      '<p title="&quot;">&lt;b&gt;&amp;&#39;&lt;/b&gt;</p><i>',
    );
    const page = dailyReportPage([
      {
        locale: 'EN',
        centre: '<script>alert(1)</script>',
        heads: new Map([['TUR', '<script>']]),
        report: {
          date: '2022-03-09',
          marking: ['TUR'],
          markingText: 'TUR',
          texts: [{ title: '</title><script>', summary: '', marking: '' }],
          total: { count: 0, killed: 0, wounded: 0 },
          byCategory: [],
          byDistrict: [],
          entries: [],
          ongoing: [],
          provisions: [],
          deadlines: [],
        },
      },
    ]);
    expect(page).not.toContain('<script>');
  });

  async function printed(use: (out: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'merzili-print-'));
    await use(join(folder, 'report.pdf')).finally(() => rm(folder, { recursive: true, force: true }));
  }

  it('says so where there is no Chromium', () =>
    printed((out) => expect(printPdf('<p>', out, '/nowhere/chromium')).rejects.toThrow(PrintError)));

  it('is printed by Chromium', (ctx) => {
    if (!hasChromium()) {
      console.warn(ABSENT);
      ctx.skip(ABSENT);
    }
    return printed(async (out) => {
      await printPdf('<!doctype html><p>Şuşa – Шуша</p>', out, null);
      expect((await readFile(out)).subarray(0, 5).toString()).toBe('%PDF-');
    });
  }, 90_000);
});

const ABSENT =
  "No chromium: printing the daily report is NOT tested. Install it with 'apt-get install chromium'.";

function hasChromium(): boolean {
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

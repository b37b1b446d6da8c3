import { extname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readConfig } from '../common/config.js';
import { checkOutput, writeOutput } from '../common/output-files.js';
import { LANGUAGE_TAGS, type Locale, localeOf } from '../domain/locale.js';
import { NATIONS, type Nation } from '../domain/scopes.js';
import { UsageError } from './failure.js';
import { print, type Terminal } from './terminal.js';

const HELP = `
The report is what a liaison officer of the nation sees, or without --nation the public; its marking says who
else may see all of it. A PDF is printed with Chromium, which is looked for on PATH (or MERZILI_CHROMIUM).

Examples:
  $ npx merzili report 2022-03-09 --locales tr,ru --nation TUR --out report.pdf
  $ npx merzili report 2022-03-09 --locales az,en --out report.html`;

type Locales = readonly [Locale, ...Locale[]];

interface ReportOptions {
  locales: Locales;
  nation?: Nation;
  out: string;
}

export function addReport(program: Command, terminal: Terminal): void {
  program
    .command('report')
    .description("Print the Centre's report of a day, its languages side by side.")
    .argument('<date>', 'day in Baku, such as 2022-03-09', parseDay)
    .requiredOption('--out <file>', 'file to write: .pdf or .html')
    .option('--locales <languages>', `languages in order, of ${LANGUAGE_TAGS.join(', ')}`, parseLocales, [
      'TR',
      'RU',
    ] as const)
    .addOption(new Option('--nation <nation>', 'whose view it is (default: the public)').choices(NATIONS))
    .addHelpText('after', HELP)
    .action((date: string, options: ReportOptions) => report(date, options, terminal));
}

async function report(
  date: string,
  { locales, nation, out }: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const extension = extname(out).toLowerCase();
  if (extension !== '.pdf' && extension !== '.html') {
    throw new UsageError(`--out takes a file that ends in .pdf or .html, not ${out}`);
  }
  const config = readConfig(terminal.env);
  await checkOutput(out);
  const { openFound, withDatabase } = await import('./database.js');
  const { importShippedData } = await import('../imports/shipped.import.js');
  const { printableReport } = await import('./printed-report.js');
  const { printPdf } = await import('../modules/reports/pdf.js');
  await withDatabase(
    config,
    (line) => print(terminal.stderr, line),
    async (database) => {
      const { owner, installation } = await openFound(database);
      if (database.isOwn) await importShippedData(owner);
      await owner.destroy();
      const page = await printableReport(installation, { date, locales, nation: nation ?? null });
      if (extension === '.html') await writeOutput({ path: out, content: page });
      else await printPdf(page, resolve(out), config.chromium);
    },
  );
  print(terminal.stdout, resolve(out));
}

function parseDay(value: string): string {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
  if (isDay && new Date(value).toISOString().startsWith(value)) return value;
  throw new InvalidArgumentError('It is a day such as 2022-03-09.');
}

const LOCALES_FORM = `They are among ${LANGUAGE_TAGS.join(', ')}, separated by commas.`;

function parseLocales(value: string): Locales {
  const [first, ...others] = value.split(',').map((tag) => {
    const locale = localeOf(tag.trim());
    if (locale === undefined) throw new InvalidArgumentError(LOCALES_FORM);
    return locale;
  });
  if (first === undefined) throw new InvalidArgumentError(LOCALES_FORM);
  return [first, ...new Set(others.filter((locale) => locale !== first))];
}

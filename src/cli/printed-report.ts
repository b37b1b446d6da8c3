import { parse } from 'graphql';
import { createSchema } from '../app/schema.js';
import type { Viewer } from '../auth/viewer.js';
import { openReaders } from '../database/readers.js';
import type { Installation } from '../database/roles.js';
import type { Locale } from '../domain/locale.js';
import { type Nation, scopesOf } from '../domain/scopes.js';
import { createQueryExecutor } from '../execution/query-executor.js';
import { createReferenceCheck } from '../execution/reference-check.js';
import { translator } from '../i18n/labels.js';
import { dailyReportPage } from '../modules/reports/daily-report.html.js';
import { readAnswer, reportQuery } from '../modules/reports/daily-report.query.js';
import { createPlanCache } from '../planner/plan-cache.js';

/**
 * The HTML page of a daily report, as a liaison officer of a nation sees it, or without a nation the public. It runs
 * the query of the API under the same database role.
 */
export async function printableReport(
  installation: Installation,
  { date, locales, nation }: { date: string; locales: readonly [Locale, ...Locale[]]; nation: Nation | null },
): Promise<string> {
  const readers = openReaders(installation);
  try {
    const { schema, model } = createSchema();
    const execute = createQueryExecutor(schema, {
      plans: createPlanCache(schema, model),
      read: readers.read,
      mayIntrospect: () => false,
      references: createReferenceCheck(readers.read),
    });
    const query = reportQuery(locales);
    const document = parse(query);
    const [operation] = document.definitions;
    if (operation?.kind !== 'OperationDefinition') throw new Error('The report is no operation');
    const { data, errors } = await execute({
      document,
      operation,
      operationKey: query,
      variables: { date },
      context: {
        viewer: reader(nation),
        locale: locales[0],
        t: translator(locales[0]),
        requestId: 'report',
      },
    });
    const [error] = errors ?? [];
    if (error) throw error;
    return dailyReportPage(readAnswer(JSON.parse(data?.text ?? 'null'), locales));
  } finally {
    await readers.close();
  }
}

function reader(nation: Nation | null): Viewer {
  const role = nation === null ? 'PUBLIC' : 'LIAISON_OFFICER';
  return {
    issuer: 'command line',
    subject: 'report',
    tokenId: 'report',
    nation,
    role,
    scopes: new Set(scopesOf(role, nation)),
    locale: null,
    expiresAt: new Date(Date.now() + 60_000),
  };
}

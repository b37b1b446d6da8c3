import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type RunningServer, startServer } from '../../src/app/main.js';
import { readConfig } from '../../src/common/config.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

/** Prometheus adds these itself. */
const ADDED_LABELS = ['job', 'instance'];
const ADDED_METRICS = ['up'];
/** Grafana puts these in place before it asks Prometheus. */
const GRAFANA_VARIABLES: Readonly<Record<string, string>> = { $__rate_interval: '5m', $instance: '.*' };

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          annotations: z.object({ summary: z.string(), action: z.string() }),
        }),
      ),
    }),
  ),
});
const dashboardFile = z.object({
  panels: z.array(
    z.object({
      title: z.string(),
      targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })),
    }),
  ),
});

interface Expression {
  readonly name: string;
  readonly text: string;
  /** Labels that a text beside the expression names. */
  readonly labels: readonly string[];
}

interface Selector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly value: string; readonly isEqual: boolean }[];
}

/** The values of each label of each metric. */
type Scrape = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

const readDocument = (file: string) => readFile(join(PACKAGE_ROOT, 'docs/operations', file), 'utf8');

async function alertExpressions(): Promise<Expression[]> {
  const { groups } = ruleFile.parse(parseYaml(await readDocument('alerts.yml')));
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, annotations }) => ({
      name: alert,
      text: expr,
      labels: [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
    })),
  );
}

async function dashboardExpressions(): Promise<Expression[]> {
  const { panels } = dashboardFile.parse(JSON.parse(await readDocument('dashboard.json')));
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({
      name: title,
      text: Object.entries(GRAFANA_VARIABLES).reduce(
        (text, [name, value]) => text.replaceAll(name, value),
        expr,
      ),
      labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    })),
  );
}

/** The selectors of an expression of PromQL, and the labels that it groups by. Throws if it does not parse. */
function analyse(text: string): { selectors: Selector[]; grouping: string[] } {
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`does not parse at ${node.from}: ${text}`);
      const part = text.slice(node.from, node.to);
      if (node.name === 'GroupingLabels') grouping.push(...(part.match(/\w+/g) ?? []));
      if (node.name === 'VectorSelector') selectors.push(selectorOf(part));
    },
  });
  return { selectors, grouping };
}

function selectorOf(text: string): Selector {
  const [metric = ''] = /^\w+/.exec(text) ?? [];
  const matchers = [...text.matchAll(/(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g)];
  return {
    metric,
    matchers: matchers.map(([, label = '', operator, value = '']) => ({
      label,
      value,
      isEqual: operator === '=',
    })),
  };
}

function parseScrape(text: string): Scrape {
  const metrics = new Map<string, Map<string, Set<string>>>();
  for (const line of text.split('\n')) {
    const [, metric, labels = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (metric === undefined) continue;
    const values = metrics.get(metric) ?? new Map<string, Set<string>>();
    metrics.set(metric, values);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  }
  return metrics;
}

/** What an expression names that a running server does not have. */
function unknownNames({ text, labels }: Expression, scrape: Scrape): string[] {
  const { selectors, grouping } = analyse(text);
  const own = selectors.filter(({ metric }) => !ADDED_METRICS.includes(metric));
  const known = new Set([
    ...ADDED_LABELS,
    ...own.flatMap(({ metric }) => [...(scrape.get(metric)?.keys() ?? [])]),
  ]);
  return [
    ...own.filter(({ metric }) => !scrape.has(metric)).map(({ metric }) => metric),
    ...[...grouping, ...labels].filter((label) => !known.has(label)),
    ...own.flatMap(({ metric, matchers }) =>
      matchers
        .filter(({ label }) => !ADDED_LABELS.includes(label))
        .filter(({ label, value, isEqual }) => {
          const values = scrape.get(metric)?.get(label);
          return values === undefined || (isEqual && !values.has(value));
        })
        .map(({ label, value }) => `${metric}{${label}="${value}"}`),
    ),
  ];
}

let database: TestDatabase;
let dataDir: string;
let server: RunningServer;
let scrape: Scrape;
beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-monitoring-'));
  const lines: string[] = [];
  server = await startServer(
    {
      ...readConfig({
        PORT: '0',
        MERZILI_METRICS_PORT: '0',
        MERZILI_DATA_DIR: dataDir,
        MERZILI_LOG_LEVEL: 'silent',
      }),
      database: { ownerUrl: database.url, secret: inject('secret') },
    },
    (line) => lines.push(line),
  );
  const [, port] = /Metrics at port (\d+)/.exec(lines.join('\n')) ?? [];
  await fetch(`${server.url}/graphql`, { method: 'POST', body: '{}' });
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  scrape = parseScrape(await response.text());
});
afterAll(async () => {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
  await database.drop();
});

describe('every metric and label exists on a server that has answered one request', () => {
  it.each([
    ['alert rules', alertExpressions],
    ['the dashboard', dashboardExpressions],
  ])('of %s', async (_name, read) => {
    const expressions = await read();
    expect(expressions.length).toBeGreaterThan(10);
    for (const expression of expressions) {
      expect([expression.name, ...unknownNames(expression, scrape)]).toEqual([expression.name]);
    }
  });

  it('which a wrong name, label or value does not', () => {
    const wrong = (text: string, labels: string[] = []) =>
      unknownNames({ name: 'wrong', text, labels }, scrape);
    expect(wrong('merzili_request_total > 0')).toEqual(['merzili_request_total']);
    expect(wrong('merzili_pool_busy{pool="haevy"}')).toEqual(['merzili_pool_busy{pool="haevy"}']);
    expect(wrong('merzili_pool_busy{nation="TUR"}')).toEqual(['merzili_pool_busy{nation="TUR"}']);
    expect(wrong('sum by (nation) (merzili_pool_busy)')).toEqual(['nation']);
    expect(wrong('merzili_sessions', ['audience'])).toEqual(['audience']);
    expect(() => wrong('sum by instance merzili_sessions >')).toThrow('does not parse');
  });
});

it('docs/operations.md names metrics that exist', async () => {
  const text = await readFile(join(PACKAGE_ROOT, 'docs/operations.md'), 'utf8');
  const named = [...text.matchAll(/`((?:merzili|nodejs)_\w+(?:\{[^`]*\})?)`/g)].map(([, name = '']) => name);
  const metrics = named.filter((name) => /_(total|busy|seconds|subscriptions|connections)\b/.test(name));
  expect(metrics.length).toBeGreaterThan(8);
  const histograms = metrics.map((name) => name.replace(/(?<=request_duration_seconds)$/, '_bucket'));
  for (const text of histograms)
    expect([text, ...unknownNames({ name: text, text, labels: [] }, scrape)]).toEqual([text]);
});

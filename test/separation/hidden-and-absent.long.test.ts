import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import type { Audience } from '../../src/domain/scopes.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { type Named, ROADS, type Twins, twinsIn, WRITES, writing } from './twins.js';

const { schema } = createSchema();
let app: App;
let twins: Record<Audience, Twins[]>;

beforeAll(async () => {
  app = await startApp({ config: { logLevel: 'error' } });
  twins = await twinsIn(app);
});
afterAll(() => app?.stop());

describe('the time to answer for a hidden record and for an absent one', () => {
  const PAIRS = 200;

  /** Medians in milliseconds, and how likely chance alone makes one of a pair slower so often. */
  async function race(caller: Caller, document: string, hidden: object, absent: object) {
    const took = async (variables: object): Promise<number> => {
      const start = performance.now();
      await caller.query(document, variables);
      return performance.now() - start;
    };
    for (let warming = 0; warming < 30; warming += 1) await took(warming % 2 === 0 ? hidden : absent);
    const hiddenTimes: number[] = [];
    const absentTimes: number[] = [];
    let hiddenSlower = 0;
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const hiddenFirst = pair % 2 === 0;
      const first = await took(hiddenFirst ? hidden : absent);
      const second = await took(hiddenFirst ? absent : hidden);
      const [ofHidden, ofAbsent] = hiddenFirst ? [first, second] : [second, first];
      hiddenTimes.push(ofHidden);
      absentTimes.push(ofAbsent);
      if (ofHidden > ofAbsent) hiddenSlower += 1;
    }
    const z = (Math.abs(hiddenSlower - PAIRS / 2) - 0.5) / (Math.sqrt(PAIRS) / 2);
    return { hidden: median(hiddenTimes), absent: median(absentTimes), p: Math.min(1, 2 * upperTail(z)) };
  }

  /** Every way to name a record, for reading and for writing. */
  const ASKED: Readonly<Record<string, { document: string; variables: (named: Named) => object }>> = {
    ...ROADS,
    ...Object.fromEntries(
      Object.entries(WRITES).map(([mutation, { input, payload }]) => [
        mutation,
        {
          document: writing(schema, mutation, payload),
          variables: ({ key }: Named) => ({ input: { ...input, id: `Incident:${key}` } }),
        },
      ]),
    ),
  };

  it.each(Object.entries(ASKED))('reveals nothing by %s', { timeout: 120_000 }, async (road, asked) => {
    const [pair] = twins.TUR;
    if (!pair) throw new Error('Nothing to ask');
    const caller = app.as('TUR', 'CONTINGENT_HEAD');
    // A machine that does other things besides may be unlucky once, not three times.
    let result = await race(
      caller,
      asked.document,
      asked.variables(pair.hidden),
      asked.variables(pair.absent),
    );
    for (let again = 0; again < 2 && result.p <= 0.001; again += 1) {
      result = await race(caller, asked.document, asked.variables(pair.hidden), asked.variables(pair.absent));
    }
    console.log(
      `${road}: hidden ${result.hidden.toFixed(3)} ms, absent ${result.absent.toFixed(3)} ms (medians of ${PAIRS}), sign test p = ${result.p.toFixed(3)}`,
    );
    expect(result.p).toBeGreaterThan(0.001);
    expect(result.hidden / result.absent).toBeGreaterThan(0.67);
    expect(result.hidden / result.absent).toBeLessThan(1.5);
  });
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Chance that a standard normal value is above z, by Abramowitz and Stegun 26.2.17. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}

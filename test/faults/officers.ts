import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Answer, App } from '../support/app.js';
import { aReport, REPORT } from '../support/writing.js';

/** What every nation's officers read all the time; reports are made by AZE, and shown to nobody else. */
export const READ = '{ incidents(first: 5) { totalCount nodes { reference place { name } } } }';
const COUNTS = { TUR: 47, RUS: 45 } as const;
const READERS = ['TUR', 'TUR', 'TUR', 'RUS', 'RUS', 'RUS'] as const;
const REPORTERS = 3;

interface Answered {
  readonly kind: 'read' | 'report';
  readonly at: number;
  readonly took: number;
  readonly status: number;
}

/** Officers who ask again as soon as they are answered, and keep a ledger of what they were told. */
export interface Officers {
  readonly answers: readonly Answered[];
  /** References acknowledged, by the idempotency key they were reported under. */
  readonly acknowledged: ReadonlyMap<string, string>;
  /** Milliseconds from `since` to the end of the first read after it that was answered well. */
  untilWell(kind: Answered['kind'], since: number): number;
  refusals(kind: Answered['kind']): number;
  slowest(kind: Answered['kind']): number;
  /** Lets them finish what they do. */
  stop(): Promise<void>;
}

export function officersAtWork(app: App): Officers {
  const answers: Answered[] = [];
  const acknowledged = new Map<string, string>();
  let isOver = false;

  async function timed(kind: Answered['kind'], ask: () => Promise<Answer>): Promise<Answer> {
    const at = Date.now();
    const answer = await ask();
    answers.push({ kind, at, took: Date.now() - at, status: answer.status });
    expect([200, 503]).toContain(answer.status);
    for (const { extensions } of answer.errors)
      expect(extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryable: true });
    expect(answer.errors.length > 0 || answer.status === 200).toBe(true);
    if (answer.errors.length > 0) await delay(20);
    return answer;
  }

  async function read(nation: (typeof READERS)[number]): Promise<void> {
    const officer = app.as(nation, 'LIAISON_OFFICER');
    while (!isOver) {
      const { status, data } = await timed('read', () => officer.query(READ));
      if (status === 200) expect(data.incidents.totalCount).toBe(COUNTS[nation]);
    }
  }

  /** Repeats each report under its key until it is acknowledged, as an honest client does. */
  async function report(index: number): Promise<void> {
    const officer = app.as('AZE', 'DUTY_OFFICER', { subject: `reporter-${index}` });
    while (!isOver) {
      const key = randomUUID();
      const input = aReport({ idempotencyKey: key, releaseTo: [] });
      for (;;) {
        const { data, errors } = await timed('report', () => officer.query(REPORT, { input }));
        // Committed, maybe, and not read back: the key brings the first result.
        if (errors.length > 0) continue;
        expect(data.result.userErrors).toEqual([]);
        acknowledged.set(key, data.result.incident.reference);
        break;
      }
    }
  }

  const work = [...READERS.map(read), ...Array.from({ length: REPORTERS }, (_, index) => report(index))];
  const only = (kind: Answered['kind']): Answered[] => answers.filter((answer) => answer.kind === kind);
  return {
    answers,
    acknowledged,
    untilWell(kind, since) {
      const ends = only(kind)
        .filter(({ at, took, status }) => status === 200 && at + took >= since)
        .map(({ at, took }) => at + took);
      return Math.min(...ends) - since;
    },
    refusals: (kind) => only(kind).filter(({ status }) => status === 503).length,
    slowest: (kind) => Math.max(...only(kind).map(({ took }) => took)),
    async stop() {
      isOver = true;
      await Promise.all(work);
    },
  };
}

import { afterAll, beforeAll, expect, it } from 'vitest';
import { isUnavailable } from '../../src/database/unavailable.js';
import { openSequencer, type Sequencer } from '../../src/feed/sequencer.js';
import { type App, startApp } from '../support/app.js';
import { demandLogin } from '../support/roles.js';
import { aReport, people, REPORT, succeed } from '../support/writing.js';

let app: App;
let sequencer: Sequencer;
const began: unknown[] = [];
const ended: number[] = [];

beforeAll(async () => {
  app = await startApp({ config: { logLevel: 'silent' } });
  sequencer = openSequencer(demandLogin(app.database.url), {
    began: (error) => began.push(error),
    ended: (failures) => ended.push(failures),
  });
});
afterAll(async () => {
  await sequencer?.close();
  await app?.stop();
});

it('is unavailable while no order can be assigned, and reports an outage once', async () => {
  await sequencer.assignOrder();
  await app.sql('alter function assign_event_order() rename to broken_event_order');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const failure: unknown = await sequencer.assignOrder().catch((error: unknown) => error);
    expect(isUnavailable(failure)).toBe(true);
  }
  const { token } = app.as('TUR', 'LIAISON_OFFICER');
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: 'subscription { incidentEvents { kind } }' }),
  });
  const text = await response.text();
  expect(text).toContain('"SERVICE_UNAVAILABLE"');
  expect(text).not.toContain('INTERNAL_SERVER_ERROR');
  expect([began.length, ended]).toEqual([1, []]);
  await app.sql('alter function broken_event_order() rename to assign_event_order');
  await sequencer.assignOrder();
  expect([began.length, ended]).toEqual([1, [3]]);
});

it('gives events that are committed together different offsets', async () => {
  const { turDuty } = people(app);
  await app.sql('alter function assign_event_order() rename to broken_event_order');
  const reports = Array.from({ length: 12 }, () => succeed(turDuty, REPORT, aReport()));
  await Promise.all(reports);
  await app.sql('alter function broken_event_order() rename to assign_event_order');
  await sequencer.assignOrder();
  const [row] = await app.sql(
    'select count(*)::int as events, count(distinct event_offset)::int as offsets from incident_event',
  );
  expect(row).toEqual({ events: 12, offsets: 12 });
});

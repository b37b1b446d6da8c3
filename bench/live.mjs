import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { startContestant } from './servers.mjs';

const SUBSCRIBERS = 1_000;
/** Sockets opened at once. */
const AT_ONCE = 50;
/** Reports per second while the subscribers are connected. */
const REPORTS_A_SECOND = 5;
const DELIVERY_TIMEOUT_MS = 10_000;

const SUBSCRIPTION = `subscription Screen { incidentEvents { cursor kind at incident {
  reference severityLabel status title { text locale } place { code name } } } }`;
const REPORT =
  'mutation Report($input: ReportIncidentInput!) { reportIncident(input: $input) { incident { id } userErrors { code } } }';

/**
 * Time from sending a report to the arrival of its event at each subscriber: write, commit and delivery.
 * Subscribers are officers of two nations, each on a socket of its own.
 */
export async function measureLive({ ownerUrl, secret, seconds, log }) {
  const server = await startContestant('merzili', { ownerUrl, secret });
  const sockets = [];
  try {
    const nations = await Promise.all(
      ['TUR', 'RUS'].map((nation) => server.headersOf(nation, 'DUTY_OFFICER')),
    );
    const delays = [];
    let sentAt = 0;
    let arrived = 0;
    const onEvent = () => {
      delays.push(performance.now() - sentAt);
      arrived += 1;
    };
    for (let opened = 0; opened < SUBSCRIBERS; opened += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, (_, index) =>
        subscribe(server.port, nations[index % nations.length].authorization, onEvent),
      );
      sockets.push(...(await Promise.all(some)));
    }
    await delay(1_000);
    const events = Math.ceil(seconds * REPORTS_A_SECOND);
    // The first ones warm up and are left out.
    for (let event = -REPORTS_A_SECOND; event < events; event += 1) {
      if (event === 0) delays.length = 0;
      arrived = 0;
      sentAt = performance.now();
      await report(server.port, nations[0]);
      while (arrived < SUBSCRIBERS && performance.now() - sentAt < DELIVERY_TIMEOUT_MS) await delay(1);
      await delay(Math.max(0, 1_000 / REPORTS_A_SECOND - (performance.now() - sentAt)));
    }
    delays.sort((one, other) => one - other);
    const at = (share) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? null;
    const missing = events * SUBSCRIBERS - delays.length;
    const result = { subscribers: SUBSCRIBERS, events, p50: at(0.5), p99: at(0.99), most: at(1), missing };
    log(
      `${SUBSCRIBERS} subscribers, ${events} events: p50 ${at(0.5)?.toFixed(0)} ms  p99 ${at(0.99)?.toFixed(0)} ms  most ${at(1)?.toFixed(0)} ms${missing ? `  ${missing} MISSING` : ''}`,
    );
    return result;
  } finally {
    for (const socket of sockets) socket.terminate();
    await server.stop();
  }
}

function subscribe(port, authorization, onEvent) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
    socket.once('error', reject);
    socket.once('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })),
    );
    socket.once('message', () => {
      socket.on('message', (data) => {
        if (String(data).startsWith('{"id":"1","type":"next"')) onEvent();
      });
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION } }));
      resolve(socket);
    });
  });
}

async function report(port, headers) {
  const input = {
    idempotencyKey: randomUUID(),
    category: 'MORTAR_FIRE',
    occurredFrom: new Date(Date.now() - 60_000).toISOString(),
    place: 'agdam',
    title: { locale: 'TR', text: 'Ağdam yakınında havan atışı' },
    releaseTo: ['RUS'],
  };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query: REPORT, variables: { input } }),
  });
  const { data, errors } = await response.json();
  if (!data?.reportIncident?.incident) throw new Error(JSON.stringify(errors ?? data));
}

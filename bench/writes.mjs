import { randomInt, randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { cpuSeconds } from './processes.mjs';
import { startContestant } from './servers.mjs';

const CONNECTIONS = 32;
/** Warm-up: Node compiles code at its first run, and index pages go to the log in full at their first change. */
const WARM_UP_SECONDS = 10;
/** Distance between the two heads, so that they do not wait for each other at a record. */
const FOLLOWS_BY = 500;

const PAYLOAD = 'incident { id version status } userErrors { code }';
const REPORT = `mutation Report($input: ReportIncidentInput!) { reportIncident(input: $input) { ${PAYLOAD} } }`;
const ASSESS = `mutation Assess($input: AssessIncidentInput!) { assessIncident(input: $input) { ${PAYLOAD} } }`;

/** Mutations that succeeded; reports have a claim, casualties and a provision. */
export async function measureWrites({ ownerUrl, secret, postmaster, seconds, log }) {
  const server = await startContestant('merzili', { ownerUrl, secret });
  try {
    const [duty, turHead, rusHead] = await Promise.all([
      server.headersOf('TUR', 'DUTY_OFFICER'),
      server.headersOf('TUR', 'CONTINGENT_HEAD'),
      server.headersOf('RUS', 'CONTINGENT_HEAD'),
    ]);
    const measured = { server, postmaster, log };
    const ids = [];
    const report = () => ({
      headers: duty,
      body: JSON.stringify({ query: REPORT, variables: { input: aReport() } }),
    });
    await run({ ...measured, duration: WARM_UP_SECONDS }, report, () => {});
    const reports = await run(
      { ...measured, title: 'report an incident', duration: seconds },
      report,
      (body) => ids.push(JSON.parse(body).data.reportIncident.incident.id),
    );
    const queue = ids.flatMap((id, index) => [
      { headers: turHead, id },
      ...(index >= FOLLOWS_BY ? [{ headers: rusHead, id: ids[index - FOLLOWS_BY] }] : []),
    ]);
    const assess = (number) => {
      const { headers, id } = queue[number];
      const input = { id, version: 1, verdict: 'CONFIRMED' };
      return { headers, body: JSON.stringify({ query: ASSESS, variables: { input } }) };
    };
    const assessments = await run(
      { ...measured, title: 'assess it', amount: queue.length },
      assess,
      () => {},
    );
    return [reports, assessments];
  } finally {
    await server.stop();
  }
}

const CATEGORIES = ['SMALL_ARMS_FIRE', 'SHELLING', 'UAV_SIGHTING', 'LANDMINE', 'DETENTION', 'ARMED_CLASH'];
const SEVERITIES = ['LOW', 'MODERATE', 'HIGH', 'CRITICAL'];
const PLACES = [
  'agdam',
  'shusha',
  'lachin',
  'hadrut',
  'kalbajar',
  'fuzuli',
  'khojavend-district',
  'jabrayil',
];
const oneOf = (choices) => choices[randomInt(choices.length)];

/** A report of the last three days. Category and place vary, and so do the aggregates that it changes. */
function aReport() {
  return {
    idempotencyKey: randomUUID(),
    category: oneOf(CATEGORIES),
    severity: oneOf(SEVERITIES),
    occurredFrom: new Date(Date.now() - 1_000 * randomInt(3 * 86_400)).toISOString(),
    place: oneOf(PLACES),
    title: { locale: 'TR', text: 'Hafif silah ateşi duyuldu' },
    narrative: { locale: 'TR', text: 'Gözlem noktasının kuzeyinde, yaklaşık yirmi dakika.' },
    claims: [{ claimant: 'JMC', sourceType: 'UAV' }],
    casualties: [{ group: 'UNKNOWN', killed: 0, wounded: 0 }],
    provisions: ['trilateral-statement-2020/1'],
  };
}

/** Loads the server with requests that are made one by one; `take` gets the body of every answer. */
async function run({ server, postmaster, log, title, ...extent }, make, take) {
  let made = 0;
  let refused = 0;
  const before = await cpu(server, postmaster);
  const result = await autocannon({
    url: `http://127.0.0.1:${server.port}/graphql`,
    connections: CONNECTIONS,
    timeout: 30,
    ...extent,
    requests: [
      {
        method: 'POST',
        setupRequest: (request) => ({ ...request, path: '/graphql', ...make(made++) }),
        onResponse: (_status, body) => {
          if (body.includes('"userErrors":[]') && !body.includes('"errors":[{')) take(body);
          else refused += 1;
        },
      },
    ],
  });
  const after = await cpu(server, postmaster);
  const answered = result['2xx'] - refused;
  const each = (name) => (before[name] === null ? null : ((after[name] - before[name]) / answered) * 1e6);
  const measured = {
    title,
    rate: answered / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.errors + result.timeouts + result.non2xx + refused,
    nodeMicroseconds: each('node'),
    postgresMicroseconds: each('postgres'),
  };
  if (title)
    log(
      `${title.padEnd(22)} ${measured.rate.toFixed(0).padStart(6)}/s  p50 ${measured.p50} ms  p99 ${measured.p99} ms  CPU ${measured.nodeMicroseconds?.toFixed(0)} + ${measured.postgresMicroseconds?.toFixed(0)} µs${measured.failures ? `  ${measured.failures} FAILED` : ''}`,
    );
  return measured;
}

async function cpu({ pid }, postmaster) {
  return { node: await cpuSeconds(pid), postgres: postmaster === null ? null : await cpuSeconds(postmaster) };
}

// How long a page of 100 incidents with 15 digests each holds up everybody else: `node bench/event-loop.mjs`.
// It reports the longest delay of the event loop during that page, beside that of a page without digests.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fromProject } from './project.mjs';

const PAGES = 10;
const { createSchema } = await fromProject('app/schema.js');
createSchema();
const { compose } = await fromProject('planner/composition.js');
const { digest, digestParts } = await fromProject('modules/incidents/read/incident.digest.js');

const PARTS = {
  category: 'MINE_INCIDENT',
  severity: 'HIGH',
  status: 'REPORTED',
  occurredFrom: '2022-03-09T10:00:00+04:00',
  occurredTo: '2022-03-09T12:00:00+04:00',
  timePrecision: 'HOUR',
  title: { text: 'Mayın patlaması', locale: 'TR', isStale: false },
  originator: { code: 'TUR', name: 'Türkiye' },
  place: { kind: 'VILLAGE', name: 'Yusifcanlı', district: 'Ağdam rayonu' },
  claims: ['TUR', 'AZE', 'RUS'].map((code) => ({
    claimant: { code, name: code },
    attributedTo: { code: 'ARM', name: 'Армения' },
  })),
  casualties: [
    { group: 'MILITARY', killed: 1, wounded: 2, detained: null },
    { group: 'CIVILIAN', killed: 0, wounded: 1, detained: 0 },
  ],
};
const LOCALES = ['TR', 'RU', 'AZ', 'EN'];
const compositions = LOCALES.map((locale) => (parts) => digest(locale, digestParts.parse(parts)));
const field = (n) => `"d${n}":{"#composition":${n % 4},"parts":${JSON.stringify(PARTS)},"#end":true}`;
const node = `{${Array.from({ length: 15 }, (_, n) => field(n)).join(',')}}`;
const page = `[${Array.from({ length: 100 }, () => node).join(',')}]`;

async function longestDelay(work) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, 5));
  delays.disable();
  return { longest: delays.max / 1e6, ms };
}

await compose(page, compositions);
const idle = await longestDelay(() => new Promise((resolve) => setTimeout(resolve, 500)));
const busy = await longestDelay(async () => {
  for (let n = 0; n < PAGES; n += 1) await compose(page, compositions);
});
const together = await longestDelay(() =>
  Promise.all(Array.from({ length: PAGES }, () => compose(page, compositions))),
);
console.log(`idle                          longest delay ${idle.longest.toFixed(1)} ms`);
console.log(
  `1,500 digests, ${(page.length / 1e6).toFixed(1)} MB of parts   longest delay ${busy.longest.toFixed(1)} ms, ${(busy.ms / PAGES).toFixed(0)} ms a page`,
);
console.log(`${PAGES} such pages at once            longest delay ${together.longest.toFixed(1)} ms`);

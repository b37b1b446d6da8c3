import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../../support/app.js';
import { AMEND, aReport, at, people, REPORT, succeed, TRANSLATE } from '../../../support/writing.js';

/** The hash as an outsider computes it, from docs/content-hash.md and the API alone. */
let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const TEXT = '{ locale: TEXT_LOCALE translations { locale text status } }'.replace(
  'locale: TEXT_LOCALE ',
  '',
);
const QUERY = `query ($id: ID!) { node(id: $id) { ... on Incident {
  category severity occurredFrom occurredTo timePrecision place { code } position { latitude longitude precision }
  title ${TEXT} narrative ${TEXT}
  claims { claimant { code } attributedTo { code } sourceType sourceUrl statement ${TEXT} }
  casualties { party { code } group killed wounded detained } provisions { code }
  version revisions { version contentHash } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: the answer's own shape
type Any = any;

/** JSON with sorted members and no white space. All that is in here has one form. */
function canonical(value: Any): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
    .join(',')}}`;
}

const text = (localized: Any): Any =>
  localized && {
    source: localized.translations.find((item: Any) => item.status === 'SOURCE').locale,
    texts: Object.fromEntries(
      localized.translations.map((item: Any) => [item.locale, { text: item.text, status: item.status }]),
    ),
  };
const time = (moment: string | null): string | null => moment && new Date(moment).toISOString();
const code = (object: { code: string } | null): string | null => object?.code ?? null;

function hashOf(incident: Any): string {
  const content = {
    category: incident.category,
    severity: incident.severity,
    occurredFrom: time(incident.occurredFrom),
    occurredTo: time(incident.occurredTo),
    timePrecision: incident.timePrecision,
    place: code(incident.place),
    position: incident.position,
    title: text(incident.title),
    narrative: text(incident.narrative),
    claims: incident.claims.map((claim: Any) => ({
      claimant: code(claim.claimant),
      attributedTo: code(claim.attributedTo),
      sourceType: claim.sourceType,
      sourceUrl: claim.sourceUrl,
      statement: text(claim.statement),
    })),
    casualties: incident.casualties.map((group: Any) => ({ ...group, party: code(group.party) })),
    provisions: incident.provisions.map(code),
  };
  return createHash('sha256').update(canonical(content), 'utf8').digest('hex');
}

it('is that of what the API answers, for every shipped incident and every new version', async () => {
  const { turDuty, rusDuty } = people(app);
  const check = async (id: string): Promise<void> => {
    const { data } = await rusDuty.query(QUERY, { id });
    const { version, revisions } = data.node;
    expect(hashOf(data.node)).toBe(
      revisions.find((revision: Any) => revision.version === version).contentHash,
    );
  };
  const { data } = await rusDuty.query('{ incidents(first: 100) { nodes { id } } }');
  for (const { id } of data.incidents.nodes) await check(id);

  const reported = await succeed(
    turDuty,
    REPORT,
    aReport({
      occurredTo: '2021-08-11T18:00:00.5Z',
      place: 'agdam',
      position: { latitude: 40.0500000001, longitude: 46.95 },
      narrative: { locale: 'TR', text: 'Satır\n\t“ikinci” \\ "x" — 🛰' },
      claims: [
        {
          claimant: 'AZE',
          attributedTo: 'ARM',
          sourceType: 'UAV',
          statement: { locale: 'AZ', text: 'Görülüb' },
        },
      ],
      casualties: [{ party: 'ARM', group: 'CIVILIAN', wounded: 2 }, { group: 'UNKNOWN' }],
      provisions: ['memorandum-2020/2', 'memorandum-2020/1'],
    }),
  );
  await check(reported.id);
  const translated = await succeed(rusDuty, TRANSLATE, {
    ...at(reported),
    title: { locale: 'RU', text: 'Огонь' },
    status: 'OFFICIAL',
  });
  await check(reported.id);
  await succeed(turDuty, AMEND, {
    ...at(translated),
    title: { locale: 'EN', text: 'Fire' },
    claims: [],
    position: null,
  });
  await check(reported.id);
});

import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canonicalJson } from '../../src/modules/incidents/write/canonical-json.js';
import { contentHash, type IncidentContent } from '../../src/modules/incidents/write/content.js';
import { type App, type Caller, startApp } from '../support/app.js';

let app: App;
let tur: Caller;
let rus: Caller;
beforeAll(async () => {
  app = await startApp();
  tur = app.as('TUR', 'CONTINGENT_HEAD', { subject: 'tur reporter' });
  rus = app.as('RUS', 'CONTINGENT_HEAD', { subject: 'rus head' });
});
afterAll(() => app?.stop());

interface Made {
  readonly id: string;
  readonly version: number;
}

async function written(caller: Caller, name: string, type: string, input: object): Promise<Made> {
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { incident { id version } userErrors { message } } }`;
  const { data, errors } = await caller.query(document, { input });
  expect({ errors, problems: data[name].userErrors }).toEqual({ errors: [], problems: [] });
  return data[name].incident;
}

/** A record that everybody sees, assessed; its position is changed once. */
async function published(key: string, latitude: number): Promise<Made> {
  const reported = await written(tur, 'reportIncident', 'ReportIncidentInput', {
    idempotencyKey: key,
    category: 'MINE_INCIDENT',
    occurredFrom: '2021-05-01T08:00:00Z',
    place: 'agdam',
    position: { latitude: latitude + 0.5, longitude: 46.9 },
    title: { locale: 'EN', text: 'Mine explosion "position":{ near Aghdam' },
  });
  for (const head of [tur, rus]) {
    const release = { ...reported, audience: 'PUBLIC' };
    await written(head, 'releaseIncident', 'ReleaseIncidentInput', release);
  }
  const { id, version } = await written(tur, 'amendIncident', 'AmendIncidentInput', {
    id: reported.id,
    version: 1,
    position: { latitude, longitude: 46.9 },
  });
  await written(rus, 'assessIncident', 'AssessIncidentInput', { id, version, verdict: 'CONFIRMED' });
  return { id, version };
}

const HASHES = `query ($id: ID!) { node(id: $id) { ... on Incident {
  assessments { contentHash } revisions { version changes contentHash } } } }`;

it('neither hashes nor change lists reveal a withheld position', async () => {
  const [near, far] = [await published('near', 39.98765), await published('far', 40.12345)];
  const integrator = app.as(null, 'INTEGRATOR');
  const officer = app.as('RUS', 'LIAISON_OFFICER', { scopes: ['incident:read', 'reference:read'] });
  for (const caller of [app.as(null, 'PUBLIC'), integrator, officer]) {
    const [ofNear, ofFar] = await Promise.all(
      [near, far].map(async ({ id }) => (await caller.query(HASHES, { id })).data.node),
    );
    expect(ofNear).toEqual(ofFar);
    expect(ofNear.revisions.map(({ changes }: { changes: string[] }) => changes)).toEqual([[], []]);

    // It is the hash of what they may read.
    const [row] = await app.sql<{ content: string }>(
      'select content from revision where incident_key = $1 and version = 2',
      [near.id.slice('Incident:'.length)],
    );
    const content = { ...(JSON.parse(row?.content ?? '') as IncidentContent), position: null };
    const open = contentHash(canonicalJson(content));
    expect(ofNear.revisions[1].contentHash).toBe(open);
    expect(ofNear.assessments).toEqual([{ contentHash: open }]);
  }
});

it('a position that may be seen is part of the hash', async () => {
  const { id } = await published('seen', 39.55555);
  const { node } = (await rus.query(HASHES, { id })).data;
  const [row] = await app.sql<{ hash: string }>(
    'select content_hash as hash from revision where incident_key = $1 and version = 2',
    [id.slice('Incident:'.length)],
  );
  expect(node.revisions).toMatchObject([{ changes: [] }, { changes: ['position'], contentHash: row?.hash }]);
  expect(node.assessments).toEqual([{ contentHash: row?.hash }]);
});

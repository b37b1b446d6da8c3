import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTrustedDocuments } from '../../src/demand/trusted-documents.js';
import { type App, startApp } from '../support/app.js';

const DOCUMENT = 'query Count { incidents { totalCount } }';
const HASH = createHash('sha256').update(DOCUMENT).digest('hex');
const MANIFESTS = {
  codegen: { [HASH]: DOCUMENT },
  apollo: {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [{ id: HASH, name: 'Count', type: 'query', body: DOCUMENT }],
  },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-trusted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function manifest(name: string, content: unknown): Promise<string> {
  const file = join(folder, `${name}.json`);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe.each(Object.entries(MANIFESTS))('with a manifest of %s', (name, content) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp({ config: { trustedDocumentsFile: await manifest(name, content) } });
  });
  afterAll(() => app.stop());

  const send = async (body: object, method = 'POST') => {
    const { token } = app.as('TUR', 'LIAISON_OFFICER');
    const search = new URLSearchParams(
      Object.entries(body).map(([key, value]): [string, string] => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    );
    const response = await fetch(`${app.url}/graphql${method === 'GET' ? `?${search}` : ''}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'apollo-require-preflight': 'true',
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      },
      body: method === 'POST' ? JSON.stringify(body) : undefined,
    });
    const { data, errors = [] } = JSON.parse(await response.text());
    return [response.status, data ?? errors[0].extensions.code];
  };
  const ANSWER = [200, { incidents: { totalCount: 47 } }];
  const NOT_TRUSTED = [403, 'DOCUMENT_NOT_TRUSTED'];
  const persistedQuery = (sha256Hash: string) => ({
    extensions: { persistedQuery: { version: 1, sha256Hash } },
  });

  it.each(['POST', 'GET'])('answers a trusted document by its hash, id or text over %s', async (method) => {
    expect(await send(persistedQuery(HASH), method)).toEqual(ANSWER);
    expect(await send({ documentId: HASH }, method)).toEqual(ANSWER);
    expect(await send({ documentId: `sha256:${HASH}` }, method)).toEqual(ANSWER);
    expect(await send({ query: DOCUMENT }, method)).toEqual(ANSWER);
  });

  it('answers nothing else, and learns nothing', async () => {
    const other = '{ parties { code } }';
    const hash = createHash('sha256').update(other).digest('hex');
    for (const _round of [1, 2]) {
      expect(await send({ query: other })).toEqual(NOT_TRUSTED);
      expect(await send({ query: other, ...persistedQuery(hash) })).toEqual(NOT_TRUSTED);
      expect(await send(persistedQuery(hash), 'GET')).toEqual(NOT_TRUSTED);
      expect(await send({ documentId: '__proto__' })).toEqual(NOT_TRUSTED);
      expect(await send({})).toEqual(NOT_TRUSTED);
    }
    // The hash says which document is meant, whatever text comes with it.
    expect(await send({ query: other, documentId: HASH })).toEqual(ANSWER);
  });
});

describe('without a manifest', () => {
  it('nothing is registered by asking', async () => {
    const app = await startApp();
    try {
      const { token } = app.as('TUR', 'LIAISON_OFFICER');
      const extensions = { persistedQuery: { version: 1, sha256Hash: HASH } };
      for (const body of [{ query: DOCUMENT, extensions }, { extensions }]) {
        const response = await fetch(`${app.url}/graphql`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        const { data, errors } = JSON.parse(await response.text());
        expect([data, errors[0].extensions.code]).toEqual([undefined, 'PERSISTED_QUERY_NOT_SUPPORTED']);
      }
    } finally {
      await app.stop();
    }
  });
});

it.each([
  ['broken', '{'],
  ['list', []],
  ['numbers', { a: 1 }],
])('a %s manifest is refused at boot, by its name', async (name, content) => {
  await expect(loadTrustedDocuments(await manifest(name, content))).rejects.toThrow(
    /MERZILI_TRUSTED_DOCUMENTS: .*\.json/,
  );
});

import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openKeyStore } from '../../src/auth/jwks.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { merzili } from './command-line.js';

const AUTHORITY = join(PACKAGE_ROOT, 'test/support/private-authority');

let folder: string;
let database: TestDatabase;
let occupied: Server;
let credentials: { readonly key: Buffer; readonly cert: Buffer };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-remedies-'));
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  occupied = await listening(createServer());
  credentials = {
    key: await readFile(join(AUTHORITY, 'key.pem')),
    cert: await readFile(join(AUTHORITY, 'certificate.pem')),
  };
});
afterAll(async () => {
  occupied.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function listening<S extends Server>(server: S): Promise<S> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): string {
  return String((server.address() as AddressInfo).port);
}

/** What `merzili serve` prints when it does not start. */
async function refusal(env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await merzili(['serve'], {
    env: {
      DATABASE_URL: database.url,
      MERZILI_DATABASE_SECRET: inject('secret'),
      MERZILI_DATA_DIR: join(folder, 'data'),
      MERZILI_LOG_LEVEL: 'silent',
      PORT: '0',
      ...env,
    },
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr.trimEnd().split('\n').at(-1) ?? '';
}

async function issuersFile(jwks: string): Promise<string> {
  const path = join(folder, 'issuers.json');
  const issuer = { issuer: 'https://id.example.tr', nation: 'TUR', roles: ['LIAISON_OFFICER'], jwks };
  await writeFile(path, JSON.stringify({ issuers: [issuer] }));
  return path;
}

describe('serve names the variable and the remedy', () => {
  it.each(['PORT', 'MERZILI_METRICS_PORT'])('when %s is in use', async (variable) => {
    const port = portOf(occupied);
    expect(await refusal({ [variable]: port })).toBe(
      `error: ${variable}: port ${port} of 127.0.0.1 is in use by another process; set another port, or 0 for any free one`,
    );
  });

  it('when the address is none of this machine', async () => {
    expect(await refusal({ HOST: '192.0.2.1', MERZILI_DEMO: 'on' })).toBe(
      'error: HOST: this machine does not have the address 192.0.2.1; set one of its own, 127.0.0.1 or 0.0.0.0',
    );
  });

  it('when the metrics cannot have the address either', async () => {
    expect(await refusal({ HOST: 'nowhere.invalid', MERZILI_DEMO: 'on', MERZILI_METRICS_PORT: '0' })).toMatch(
      /^error: HOST: this machine does not have the address nowhere\.invalid/,
    );
  });

  it('when there is no file of issuers', async () => {
    const path = join(folder, 'none.json');
    expect(await refusal({ MERZILI_ISSUERS: path })).toBe(
      `error: MERZILI_ISSUERS: ${path}: there is no such file`,
    );
  });

  it('when the file of keys is missing', async () => {
    const path = join(folder, 'tur.jwks.json');
    expect(await refusal({ MERZILI_ISSUERS: await issuersFile('tur.jwks.json') })).toBe(
      `error: MERZILI_ISSUERS: ${path}: there is no such file (the key file of https://id.example.tr)`,
    );
  });

  it('when there is no file of trusted documents', async () => {
    const path = join(folder, 'manifest.json');
    expect(await refusal({ MERZILI_TRUSTED_DOCUMENTS: path })).toBe(
      `error: MERZILI_TRUSTED_DOCUMENTS: ${path} cannot be read as JSON: there is no such file`,
    );
  });
});

describe('a certificate of a private authority', () => {
  it('of the database: sslrootcert', async () => {
    const server = await listening(
      createServer((socket) => {
        socket.on('error', () => {});
        // The request for TLS, which PostgreSQL answers with one letter.
        socket.once('data', () => {
          socket.write('S');
          const secured = new TLSSocket(socket, {
            isServer: true,
            secureContext: createSecureContext(credentials),
          });
          secured.on('error', () => {});
        });
      }),
    );
    const url = `postgres://owner:password@127.0.0.1:${portOf(server)}/record?sslmode=verify-full`;
    expect(await refusal({ DATABASE_URL: url })).toMatch(
      /^error: DATABASE_URL: self-signed certificate; .*add sslrootcert=<file of the certificate of that authority> to the query$/,
    );
    const missing = join(folder, 'none.pem');
    expect(await refusal({ DATABASE_URL: `${url}&sslrootcert=${missing}` })).toContain(
      `error: DATABASE_URL: ENOENT: no such file or directory, open '${missing}'`,
    );
    server.close();
  });

  it('of an issuer: NODE_EXTRA_CA_CERTS', async () => {
    const server = await listening(createHttpsServer(credentials));
    const url = `https://127.0.0.1:${portOf(server)}/jwks.json`;
    const store = await openKeyStore([
      {
        issuer: 'https://id.example.tr',
        nation: 'TUR',
        roles: ['LIAISON_OFFICER'],
        jwks: { kind: 'url', url },
      },
    ]);
    const [status] = store.status();
    store.close();
    server.close();
    expect(status?.error).toBe(
      `${url}: fetch failed: self-signed certificate; if its certificate is of a private authority, set NODE_EXTRA_CA_CERTS to the file of the certificate of that authority`,
    );
  });
});

import { createPrivateKey, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../common/thrown.js';
import { NATIONAL_ROLES, NATIONS, type Nation, type Role } from '../domain/scopes.js';
import { type Issuer, loadIssuers } from './issuers.js';
import { generateKeys } from './mint.js';

/** A demo issuer with its signing key. */
export interface DemoIssuer extends Issuer {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

export interface DemoIssuers {
  /** The trust configuration, in the format of MERZILI_ISSUERS. */
  readonly file: string;
  /** One issuer of each nation, and that of the Centre, whose nation is null. */
  readonly issuers: readonly DemoIssuer[];
}

const CENTRE_ROLES: readonly Role[] = ['INTEGRATOR', 'PUBLIC'];

const fileStem = (nation: Nation | null) => nation?.toLowerCase() ?? 'centre';
const privateKeyFile = (nation: Nation | null) => `${fileStem(nation)}.private.jwk.json`;
const jwksFile = (nation: Nation | null) => `${fileStem(nation)}.jwks.json`;

const privateJwk = z.object({
  kid: z.string(),
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});

async function writeIssuers(directory: string): Promise<void> {
  const nations = [...NATIONS, null];
  const write = (file: string, content: unknown) =>
    writeFile(join(directory, file), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  for (const nation of nations) {
    const keys = generateKeys();
    await write(privateKeyFile(nation), keys.privateJwk);
    await write(jwksFile(nation), keys.publicJwks);
  }
  const issuers = nations.map((nation) => ({
    issuer: `https://${fileStem(nation)}.issuer.merzili.example`,
    nation,
    roles: nation === null ? CENTRE_ROLES : NATIONAL_ROLES,
    jwks: jwksFile(nation),
  }));
  await write('issuers.json', { issuers });
}

/** All files appear at once or not at all. Of concurrent processes, the first one wins. */
async function makeIssuers(dataDir: string, directory: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  const draft = await mkdtemp(join(dataDir, 'issuers.'));
  try {
    await writeIssuers(draft);
    await rename(draft, directory);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOTEMPTY') throw error;
  }
}

async function withPrivateKey(issuer: Issuer, directory: string): Promise<DemoIssuer> {
  const file = join(directory, privateKeyFile(issuer.nation));
  try {
    const { kid, ...jwk } = privateJwk.parse(JSON.parse(await readFile(file, 'utf8')));
    return { ...issuer, kid, privateKey: createPrivateKey({ key: jwk, format: 'jwk' }) };
  } catch (error) {
    throw new Error(`${file} holds no private key; remove ${directory} to have new ones made`, {
      cause: error,
    });
  }
}

/**
 * The issuers of demo mode, stored in `<dataDir>/issuers/` and created on first use. Only the owner can read the
 * private keys. Whoever can read that folder can make any token.
 */
export async function openDemoIssuers(dataDir: string): Promise<DemoIssuers> {
  const directory = join(dataDir, 'issuers');
  const file = join(directory, 'issuers.json');
  const exists = await readFile(file).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    },
  );
  if (!exists) await makeIssuers(dataDir, directory);
  const issuers = await loadIssuers(file);
  return { file, issuers: await Promise.all(issuers.map((issuer) => withPrivateKey(issuer, directory))) };
}

import { Option } from 'commander';
import { type Config, readConfig, withConfigContext } from '../common/config.js';
import { NATIONS, type Nation } from '../domain/scopes.js';
import type { AdministrativeAction, Administrator } from '../modules/tokens/administration.js';
import { print, type Terminal } from './terminal.js';

/** Options that name the administrator. */
export interface AdministratorOptions {
  readonly nation: Nation;
  readonly token?: string;
}

export const ADMINISTRATION_HELP = `
Asks for the own token of the nation's NATIONAL_ADMIN, in MERZILI_TOKEN or --token; other users of the machine may
see options, so prefer MERZILI_TOKEN. Every server process follows within 2 seconds.`;

export const nationOption = (): Option =>
  new Option('--nation <nation>', 'nation whose tokens it is about').choices(NATIONS).makeOptionMandatory();

export const tokenOption = (): Option =>
  new Option('--token <token>', 'token of the administrator (default: MERZILI_TOKEN)');

/** Performs an action in the name of the administrator whose token is given. */
export async function administer(
  action: AdministrativeAction,
  options: AdministratorOptions,
  terminal: Terminal,
): Promise<void> {
  const config = readConfig(terminal.env);
  const token = options.token ?? terminal.env.MERZILI_TOKEN ?? '';
  const administrator = await administratorOf(config, token, options.nation);
  const { openFound, withDatabase } = await import('./database.js');
  const { administerTokens } = await import('../modules/tokens/administration.js');
  await withDatabase(
    config,
    (line) => print(terminal.stderr, line),
    async (database) => {
      const { owner, installation } = await openFound(database);
      await owner.destroy();
      await administerTokens(action, administrator, installation);
    },
  );
}

/** The verified administrator. Rejects any other token, always with the same message. */
async function administratorOf(config: Config, token: string, nation: Nation): Promise<Administrator> {
  const { loadIssuers } = await import('../auth/issuers.js');
  const { openDemoIssuers } = await import('../auth/demo-issuers.js');
  const { openKeyStore } = await import('../auth/jwks.js');
  const { readToken } = await import('../auth/claims.js');
  const { thumbprintOf } = await import('../auth/public-keys.js');
  const { createVerifier } = await import('../auth/verifier.js');
  const issuers = config.issuersFile
    ? await withConfigContext('MERZILI_ISSUERS', loadIssuers(config.issuersFile))
    : (await openDemoIssuers(config.dataDir)).issuers;
  const keys = await openKeyStore(issuers);
  try {
    const viewer = await createVerifier({ keys, issuers }).verify(`Bearer ${token}`);
    const read = readToken(token);
    const key = viewer && typeof read === 'object' ? keys.find(viewer.issuer, read.kid) : undefined;
    if (viewer?.nation !== nation || !viewer.scopes.has('token:revoke') || key === undefined) {
      throw new Error(`MERZILI_TOKEN or --token takes a valid token of a NATIONAL_ADMIN of ${nation}`);
    }
    const publishedThumbprints = issuers
      .filter((issuer) => issuer.nation === nation)
      .flatMap(({ issuer }) => keys.keysOf(issuer).map(thumbprintOf));
    return { viewer, nation, keyThumbprint: thumbprintOf(key), publishedThumbprints };
  } finally {
    keys.close();
  }
}

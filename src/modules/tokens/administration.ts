import type { Client } from 'pg';
import { identityOf, type Viewer } from '../../auth/viewer.js';
import { RoleClient } from '../../database/role-client.js';
import { type Installation, loginAs, ROLE_OF } from '../../database/roles.js';
import type { Nation } from '../../domain/scopes.js';

/** What an administrator may do with the tokens of the own nation. */
export type AdministrativeAction =
  | { readonly kind: 'revoke'; readonly tokenId: string }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'unfreeze' };

/** An administrator whose token has verified. Thumbprints are those of RFC 7638. */
export interface Administrator {
  readonly viewer: Viewer;
  readonly nation: Nation;
  /** The key that signed the token. */
  readonly keyThumbprint: string;
  /** Every key that the nation's issuers publish. */
  readonly publishedThumbprints: readonly string[];
}

/**
 * Performs an action as the database role of the administrator's nation, so that row security refuses it for other
 * nations. Repeating an action has no effect. Throws if the administrator's own token is revoked, or if the nation is
 * frozen and the token's key was published at that time.
 */
export async function administerTokens(
  action: AdministrativeAction,
  administrator: Administrator,
  installation: Installation,
): Promise<void> {
  const client = new RoleClient(loginAs(installation, ROLE_OF[administrator.nation]));
  await client.connect();
  try {
    await checkNotRevoked(client, administrator);
    await checkNotFrozen(client, administrator);
    await perform(client, action, administrator);
  } finally {
    await client.end();
  }
}

async function checkNotRevoked(client: Client, { nation, viewer }: Administrator): Promise<void> {
  const revoked = await client.query(
    'select token_id from revoked_token where nation = $1 and token_id = $2',
    [nation, viewer.tokenId.normalize('NFC')],
  );
  if (revoked.rowCount !== 0) throw new Error("The administrator's own token is revoked");
}

async function checkNotFrozen(client: Client, { nation, keyThumbprint }: Administrator): Promise<void> {
  const frozen = await client.query(
    'select nation from issuer_freeze where nation = $1 and (keys is null or $2 = any (keys))',
    [nation, keyThumbprint],
  );
  if (frozen.rowCount === 0) return;
  throw new Error(
    `${nation} is frozen, and the administrator's own token with it: publish a new key and use a token signed with it`,
  );
}

async function perform(
  client: Client,
  action: AdministrativeAction,
  { nation, viewer, publishedThumbprints }: Administrator,
): Promise<void> {
  switch (action.kind) {
    case 'revoke':
      await client.query(
        `insert into revoked_token (nation, token_id, revoked_by)
         values ($1, $2, $3) on conflict do nothing`,
        [nation, action.tokenId.normalize('NFC'), identityOf(viewer)],
      );
      return;
    case 'freeze':
      await client.query(
        `insert into issuer_freeze (nation, frozen_by, keys)
         values ($1, $2, $3) on conflict do nothing`,
        [nation, identityOf(viewer), publishedThumbprints],
      );
      return;
    case 'unfreeze':
      await client.query('select unfreeze_issuers()');
  }
}

import { identityOf, type Viewer } from '../../auth/viewer.js';
import { RoleClient } from '../../database/role-client.js';
import { type Installation, loginAs, ROLE_OF } from '../../database/roles.js';
import type { Nation } from '../../domain/scopes.js';

/** What an administrator may do with the tokens of the own nation. */
export type AdministrativeAction =
  | { readonly kind: 'revoke'; readonly tokenId: string }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'unfreeze' };

/**
 * Performs an action as the database role of the administrator's nation, so that row security refuses it for other
 * nations. Repeating an action has no effect. Throws if the administrator's own token is revoked.
 */
export async function administerTokens(
  action: AdministrativeAction,
  administrator: Viewer & { readonly nation: Nation },
  installation: Installation,
): Promise<void> {
  const { nation } = administrator;
  const client = new RoleClient(loginAs(installation, ROLE_OF[nation]));
  await client.connect();
  try {
    const revoked = await client.query(
      'select token_id from revoked_token where nation = $1 and token_id = $2',
      [nation, administrator.tokenId.normalize('NFC')],
    );
    if (revoked.rowCount !== 0) throw new Error("The administrator's own token is revoked");
    switch (action.kind) {
      case 'revoke':
        await client.query(
          `insert into revoked_token (nation, token_id, revoked_by)
           values ($1, $2, $3) on conflict do nothing`,
          [nation, action.tokenId.normalize('NFC'), identityOf(administrator)],
        );
        return;
      case 'freeze':
        await client.query(
          `insert into issuer_freeze (nation, frozen_by)
           values ($1, $2) on conflict do nothing`,
          [nation, identityOf(administrator)],
        );
        return;
      case 'unfreeze':
        await client.query('select unfreeze_issuers()');
    }
  } finally {
    await client.end();
  }
}

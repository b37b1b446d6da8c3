import { identityOf, type Viewer } from '../../auth/viewer.js';
import { RoleClient } from '../../database/role-client.js';
import { loginAs, ROLE_OF } from '../../database/roles.js';
import type { Nation } from '../../domain/scopes.js';

/** What an administrator may order about the tokens of the own nation, and of no other. */
export type Order =
  | { readonly kind: 'revoke'; readonly tokenId: string }
  | { readonly kind: 'freeze' }
  | { readonly kind: 'unfreeze' };

/**
 * Carries out an order as the database role of the administrator's own nation, whatever the order; row
 * security refuses any other. Giving it again does no harm.
 */
export async function carryOut(
  order: Order,
  administrator: Viewer & { readonly nation: Nation },
  { ownerUrl, secret }: { readonly ownerUrl: string; readonly secret: string },
): Promise<void> {
  const { nation } = administrator;
  const client = new RoleClient(loginAs(ownerUrl, secret, ROLE_OF[nation]));
  await client.connect();
  try {
    const revoked = await client.query(
      'select token_id from revoked_token where nation = $1 and token_id = $2',
      [nation, administrator.tokenId.normalize('NFC')],
    );
    if (revoked.rowCount !== 0) throw new Error("The administrator's own token is revoked");
    switch (order.kind) {
      case 'revoke':
        await client.query(
          `insert into revoked_token (nation, token_id, revoked_by, revoked_at)
           values ($1, $2, $3, clock_timestamp()) on conflict do nothing`,
          [nation, order.tokenId.normalize('NFC'), identityOf(administrator)],
        );
        return;
      case 'freeze':
        await client.query(
          `insert into issuer_freeze (nation, frozen_by, frozen_at)
           values ($1, $2, clock_timestamp()) on conflict do nothing`,
          [nation, identityOf(administrator)],
        );
        return;
      case 'unfreeze':
        await client.query('delete from issuer_freeze where nation = $1', [nation]);
    }
  } finally {
    await client.end();
  }
}

import { identityOf } from '../../auth/viewer.js';
import type { WriteContext } from '../../context/write-context.js';
import { MAX_LENGTH } from '../../domain/limits.js';
import { type Problem, throwProblems } from '../../mutations/problem.js';
import { parseText } from '../../mutations/text.rules.js';

const REVOKE = `insert into revoked_token (nation, token_id, revoked_by)
  values ($1, $2, $3) on conflict do nothing`;

/** Revokes the tokens of the administrator's own nation that have this `jti`. */
export async function revokeToken(ctx: WriteContext, { jti }: { readonly jti: string }): Promise<void> {
  const problems: Problem[] = [];
  const tokenId = parseText(jti, ['input', 'jti'], { longest: MAX_LENGTH.tokenId }, problems);
  throwProblems(problems);
  await ctx.write(
    async (tx) => tx.send({ text: REVOKE, values: [ctx.nation, tokenId, identityOf(ctx.viewer)] }),
    { isRepeatable: true, isRevocation: true },
  );
}

import type { WriteContext } from '../write/context.js';
import { type Problem, refuseIf } from '../write/problem.js';
import { readText } from '../write/text.rules.js';
import { RevokedToken } from './revoked-token.entity.js';
import { identityOf } from './viewer.js';

const LONGEST_TOKEN_ID = 128;

/** Revokes the tokens of the administrator's own nation that have this `jti`. */
export async function revokeToken(ctx: WriteContext, { jti }: { readonly jti: string }): Promise<void> {
  const problems: Problem[] = [];
  const tokenId = readText(jti, ['input', 'jti'], { longest: LONGEST_TOKEN_ID }, problems);
  refuseIf(problems);
  await ctx.write(
    (manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(RevokedToken)
        .values({
          nation: ctx.nation,
          tokenId,
          revokedBy: identityOf(ctx.viewer),
          revokedAt: () => 'clock_timestamp()',
        })
        .orIgnore()
        .execute(),
    { isRepeatable: true },
  );
}

import { GraphQLString } from 'graphql';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { WriteContext } from '../../context/write-context.js';
import { MAX_LENGTH } from '../../domain/limits.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { InvalidWriteError } from '../../mutations/problem.js';
import { UserError, userErrors } from '../../mutations/user-error.type.js';
import { revokeToken } from './revocation.service.js';

@InputType({ description: "A token of the administrator's own nation." })
class RevokeTokenInput {
  @Field(() => GraphQLString, { description: `Its \`jti\` claim, 1 to ${MAX_LENGTH.tokenId} characters.` })
  jti!: string;
}

@ObjectType({ description: 'The revocation, or the reasons why there is none.' })
class RevokeTokenPayload {
  @Field(() => Boolean, {
    description:
      "The nation's tokens of this jti are refused everywhere within 2 seconds, until they would have expired.",
  })
  revoked!: boolean;

  @Field(() => [UserError], {
    description: 'All reasons why nothing was written; empty on success.',
  })
  userErrors!: UserError[];
}

@Resolver()
export class RevocationResolver {
  @Mutation(() => RevokeTokenPayload, {
    nullable: true,
    description: "Revokes a token of the viewer's own nation. Repeating it has no effect.",
  })
  @RequiresScope('token:revoke')
  async revokeToken(
    @Arg('input', () => RevokeTokenInput, { description: 'The token.' }) input: RevokeTokenInput,
    @Ctx() ctx: WriteContext,
  ): Promise<RevokeTokenPayload> {
    try {
      await revokeToken(ctx, input);
      return { revoked: true, userErrors: [] };
    } catch (error) {
      if (!(error instanceof InvalidWriteError)) throw error;
      return { revoked: false, userErrors: userErrors(error.problems, ctx.t) };
    }
  }
}

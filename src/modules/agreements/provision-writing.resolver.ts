import { GraphQLString } from 'graphql';
import { Arg, Ctx, Field, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { WriteContext } from '../../context/write-context.js';
import { limitText, MAX_LENGTH } from '../../domain/limits.js';
import type { ImplementationStatus } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { InvalidWriteError } from '../../mutations/problem.js';
import { type ReadBack, readBackBy } from '../../mutations/read-back.js';
import { TextInput } from '../../mutations/text.inputs.js';
import { UserError, userErrors } from '../../mutations/user-error.type.js';
import { Provision } from './agreement.entity.js';
import { provisionRead } from './agreement.read.js';
import { assessProvision } from './provision.service.js';

@InputType({ description: "One's own nation's assessment of how far a provision is implemented." })
class AssessProvisionInput {
  @Field(() => GraphQLString, { description: 'Code of the provision: trilateral-statement-2020/6.' })
  code!: string;

  @Field(() => ENUMS.ImplementationStatus, { description: 'Degree of implementation.' })
  status!: ImplementationStatus;

  @Field(() => TextInput, {
    nullable: true,
    description: `Why, at most ${limitText(MAX_LENGTH.remark)} characters.`,
  })
  rationale?: TextInput | null;
}

@ObjectType({ description: 'The assessed provision, or the reasons why nothing was written.' })
class ProvisionPayload {
  @Field(() => Provision, {
    nullable: true,
    description: 'The current provision; null when nothing was written.',
  })
  provision!: ReadBack | null;

  @Field(() => [UserError], {
    description: 'All reasons why nothing was written; empty on success.',
  })
  userErrors!: UserError[];
}

const provisionOf = readBackBy(provisionRead, 'code', 'text');

@Resolver()
export class ProvisionWritingResolver {
  @Mutation(() => ProvisionPayload, {
    nullable: true,
    description: "Adds to the dated series of assessments by the viewer's nation; the newest counts.",
  })
  @RequiresScope('provision:assess')
  async assessProvision(
    @Arg('input', () => AssessProvisionInput, { description: 'The assessment.' }) input: AssessProvisionInput,
    @Ctx() ctx: WriteContext,
  ): Promise<ProvisionPayload> {
    try {
      await assessProvision(ctx, input);
      return { provision: provisionOf(input.code), userErrors: [] };
    } catch (error) {
      if (!(error instanceof InvalidWriteError)) throw error;
      return { provision: null, userErrors: userErrors(error.problems, ctx.t) };
    }
  }
}

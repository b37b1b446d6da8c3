import { Field, ObjectType } from 'type-graphql';
import type { UserErrorCode } from '../domain/vocabularies.js';
import { ENUMS } from '../graphql-types/enums.js';
import type { Translate } from '../i18n/labels.js';
import { type Problem, REASONS } from './problem.js';

@ObjectType({ description: 'A reason why nothing was written, which the caller can correct.' })
export class UserError {
  @Field(() => ENUMS.UserErrorCode, { description: 'What is wrong, for programs; never translated.' })
  code!: UserErrorCode;

  @Field(() => [String], {
    nullable: true,
    description:
      'Path of the argument it is about, list positions from 0: ["input", "claims", "0", "claimant"].',
  })
  field!: readonly string[] | null;

  @Field(() => String, { description: "What is wrong, for people, in the request's language." })
  message!: string;
}

/** Message variables that hold codes, and the vocabulary of their labels. */
const LABELLED = { nation: 'Nation', audience: 'Audience' } as const;

export function userErrors(problems: readonly Problem[], t: Translate): UserError[] {
  return problems.map(({ reason, field, variables = {} }) => {
    const shown = { ...variables };
    for (const [name, vocabulary] of Object.entries(LABELLED)) {
      if (shown[name] !== undefined) shown[name] = t(`vocabulary.${vocabulary}.${shown[name]}`);
    }
    return { code: REASONS[reason], field, message: t(`userErrors.${reason}`, shown) };
  });
}

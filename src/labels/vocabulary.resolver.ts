import { Arg, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { AnsweredInMemory, RequiresScope } from '../access/guard.js';
import type { RequestContext } from '../context.js';
import { ENUMS } from './enums.js';
import { vocabularyDescription, vocabularyLabel } from './labels.js';
import type { Locale } from './locale.js';
import { VOCABULARIES, type VocabularyName } from './vocabularies.js';

const LOCALE_ARGUMENT = {
  nullable: true,
  description: "Language of the answer; the request's language when not given.",
} as const;

@ObjectType({ description: 'One value of a vocabulary.' })
export class Term {
  vocabulary!: VocabularyName;

  @Field(() => String, { description: 'The code: the value of the enum of that name.' })
  code!: string;
}

@ObjectType({ description: 'A list of codes with a label for each in all four languages.' })
export class Vocabulary {
  @Field(() => String, { description: 'Name of the enum in this schema.' })
  name!: VocabularyName;

  @Field(() => [Term], { description: 'The values, in the order they are shown.' })
  terms!: Term[];
}

@Resolver(() => Term)
export class VocabularyResolver {
  @Query(() => [Vocabulary], {
    description: 'Every vocabulary, for filters and legends in the language of the reader.',
  })
  @RequiresScope('reference:read')
  @AnsweredInMemory()
  vocabularies(): Vocabulary[] {
    return (Object.keys(VOCABULARIES) as VocabularyName[]).map((name) => ({
      name,
      terms: VOCABULARIES[name].map((code) => ({ vocabulary: name, code })),
    }));
  }

  @FieldResolver(() => String, { description: 'The code as a label.' })
  label(
    @Root() { vocabulary, code }: Term,
    @Ctx() context: RequestContext,
    @Arg('locale', () => ENUMS.Locale, LOCALE_ARGUMENT) locale: Locale | undefined,
  ): string {
    return vocabularyLabel(locale ?? context.locale, vocabulary, code);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'What the code means, in a sentence, where that needs saying.',
  })
  description(
    @Root() { vocabulary, code }: Term,
    @Ctx() context: RequestContext,
    @Arg('locale', () => ENUMS.Locale, LOCALE_ARGUMENT) locale: Locale | undefined,
  ): string | undefined {
    return vocabularyDescription(locale ?? context.locale, vocabulary, code);
  }
}

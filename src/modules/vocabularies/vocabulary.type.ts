import { Field, ObjectType } from 'type-graphql';
import type { VocabularyName } from '../../domain/vocabularies.js';
import { InLocale } from '../../graphql-types/in-locale.js';

@ObjectType({ description: 'One value of a vocabulary.' })
class Term {
  @Field(() => String, { description: 'The code: the value of the enum of that name.' })
  code!: string;

  @Field(() => String, { description: 'The code as a label.' })
  @InLocale()
  label!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Meaning of the code in a sentence, if it needs one.',
  })
  @InLocale()
  description!: string | null;
}

@ObjectType({ description: 'A list of codes with a label for each in every language.' })
export class Vocabulary {
  @Field(() => String, { description: 'Name of the enum in this schema.' })
  name!: VocabularyName;

  @Field(() => [Term], { description: 'The values, in the order they are shown.' })
  terms!: Term[];
}

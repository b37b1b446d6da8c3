import { GraphQLString } from 'graphql';
import { Field, InputType } from 'type-graphql';
import type { Locale } from '../domain/locale.js';
import { ENUMS } from '../graphql-types/enums.js';

@InputType({ description: 'A text in one language. It is trimmed and stored in Unicode form NFC.' })
export class TextInput {
  @Field(() => ENUMS.Locale, { description: 'Language the text is written in.' })
  locale!: Locale;

  @Field(() => GraphQLString, {
    description: 'The text, with something to read and without control characters.',
  })
  text!: string;
}

import { GraphQLString } from 'graphql';
import { Field, InputType } from 'type-graphql';
import { ENUMS } from '../labels/enums.js';
import type { Locale } from '../labels/locale.js';
import type { StoredText } from '../labels/localized-text.type.js';
import type { Problem } from './problem.js';
import { readText, type TextLimits } from './text.rules.js';

@InputType({ description: 'A text in one language. It is trimmed and kept in Unicode form NFC.' })
export class TextInput {
  @Field(() => ENUMS.Locale, { description: 'Language the text is written in.' })
  locale!: Locale;

  @Field(() => GraphQLString, { description: 'The text, without control characters.' })
  text!: string;
}

/** A text as its author wrote it, without translations. */
export function sourceText({ locale, text }: TextInput): StoredText {
  return {
    source: locale,
    revision: 1,
    texts: { [locale]: { locale, text, status: 'SOURCE', revision: 1 } },
  };
}

/** The input as it is kept; what is wrong with it goes to `problems`. */
export function readTextInput(
  { locale, text }: TextInput,
  field: readonly string[],
  limits: TextLimits,
  problems: Problem[],
): TextInput {
  return { locale, text: readText(text, [...field, 'text'], limits, problems) };
}

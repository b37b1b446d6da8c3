import { Arg } from 'type-graphql';
import { ENUMS } from './enums.js';

/** Adds the argument `locale` to a field: the language of its answer, by default that of the request. */
export function InLocale(): PropertyDecorator {
  return (prototype, key) =>
    Arg('locale', () => ENUMS.Locale, {
      nullable: true,
      description: "Language of the answer; the request's language when not given.",
    })(prototype, key, 0);
}

import { Arg } from 'type-graphql';
import { ENUMS } from './enums.js';

/** Gives a field the argument `locale`: the language of its answer, by default that of the request. */
export function InLocale(): PropertyDecorator {
  return (prototype, key) =>
    Arg('locale', () => ENUMS.Locale, {
      nullable: true,
      description: "Language of the answer; the request's language when not given.",
    })(prototype, key, 0);
}

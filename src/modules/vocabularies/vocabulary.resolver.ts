import { Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { vocabularies } from './vocabulary.read.js';
import { Vocabulary } from './vocabulary.type.js';

@Resolver()
export class VocabularyResolver {
  @PlannedQuery(() => [Vocabulary], {
    description: 'Every vocabulary, for filters and legends in the language of the reader.',
  })
  @RequiresScope('reference:read')
  vocabularies(): Read {
    return vocabularies;
  }
}

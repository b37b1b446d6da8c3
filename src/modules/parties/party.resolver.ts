import { GraphQLString } from 'graphql';
import { Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArg } from '../../planner/field-arguments.js';
import { many, one } from '../../planner/fields.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { sql } from '../../planner/sql.js';
import { Party } from './party.entity.js';
import { partyRead } from './party.read.js';

@Resolver()
export class PartyResolver {
  @PlannedQuery(() => [Party], { description: 'All parties, in the order of the reference data.' })
  @RequiresScope('reference:read')
  parties(): Read {
    return many(
      partyRead,
      () => sql`true`,
      (row) => row('key'),
    );
  }

  @PlannedQuery(() => Party, {
    nullable: true,
    description: 'One party, or null when there is none of that code.',
  })
  @RequiresScope('reference:read')
  @FieldArg('code', () => GraphQLString, { description: 'Code of the party, such as TUR.' })
  party({ code }: Planned<{ code: string }>): Read {
    return one(partyRead, (row) => sql`${row('code')} = ${code}`);
  }
}

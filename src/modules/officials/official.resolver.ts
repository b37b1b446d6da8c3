import { GraphQLString } from 'graphql';
import { ArgsType, Field, Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { connection } from '../../planner/connection.js';
import { FieldArg, FieldArgs } from '../../planner/field-arguments.js';
import { exists, localColumn, many, one } from '../../planner/fields.js';
import type { Read, Row } from '../../planner/model.js';
import { nameOrder } from '../../planner/name-order.js';
import { connectionTypes, ForwardPageArgs } from '../../planner/page.types.js';
import { PlannedField, PlannedQuery } from '../../planner/planned-field.js';
import { nameSearch } from '../../planner/search-text.js';
import { sql } from '../../planner/sql.js';
import { Party } from '../parties/party.entity.js';
import { partyRead } from '../parties/party.read.js';
import { Official } from './official.entity.js';
import { officialRead } from './official.read.js';

const { connection: OfficialConnection } = connectionTypes('Official', () => Official, 'officials');

@ArgsType()
class OfficialsArgs extends ForwardPageArgs {
  @Field(() => GraphQLString, { nullable: true, description: 'Only officials of the party of this code.' })
  party?: string | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: "Finds an official by any side's spelling: Karaosmanoğlu, Karaosmanoglu, Караосманоглу.",
  })
  search?: string | null;
}

@Resolver()
export class OfficialResolver {
  @PlannedQuery(() => OfficialConnection, {
    description:
      'Officials by name, sorted as the language of the request sorts; the best matches first in a search.',
  })
  @RequiresScope('reference:read')
  @FieldArgs(() => OfficialsArgs)
  officials(args: Planned<OfficialsArgs>): Read {
    const { party, search } = args;
    const byName = search ? nameSearch(officialRead, search) : null;
    return (context) => {
      // Compares every name with the search text.
      if (byName) context.heavy();
      if (party) context.requireKnown(partyRead, party, 'party');
      return connection(
        {
          type: officialRead,
          where: (row) => [
            ...(party
              ? [
                  exists(
                    context,
                    partyRead,
                    (p) => sql`${p('key')} = ${row('party_key')} and ${p('code')} = ${party}`,
                  ),
                ]
              : []),
            ...(byName ? [byName.isFound(row, context)] : []),
          ],
          orderBy: nameOrder(
            (row) => row(localColumn('name', context.locale)),
            (row) => row('code'),
            context.locale,
            byName?.distance,
          ),
          direction: 'ASC',
        },
        args,
      )(context);
    };
  }

  @PlannedQuery(() => Official, {
    nullable: true,
    description: 'One official, or null when there is none of that code.',
  })
  @RequiresScope('reference:read')
  @FieldArg('code', () => GraphQLString, { description: 'Code of the official, such as katirci.' })
  official({ code }: Planned<{ code: string }>): Read {
    return one(officialRead, (row) => sql`${row('code')} = ${code}`);
  }
}

@Resolver(() => Party)
export class PartyOfficialsResolver {
  @PlannedField(() => [Official], { description: 'Officials who serve the party, by code.' })
  officials(party: Row): Read {
    return many(
      officialRead,
      (official) => sql`${official('party_key')} = ${party('key')}`,
      (official) => sql`${official('code')} collate "C"`,
    );
  }
}

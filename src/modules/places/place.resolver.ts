import { GraphQLString } from 'graphql';
import { ArgsType, Field, Resolver } from 'type-graphql';
import type { PlaceKind } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { connection } from '../../planner/connection.js';
import { FieldArg, FieldArgs } from '../../planner/field-arguments.js';
import { localColumn, one } from '../../planner/fields.js';
import type { Read } from '../../planner/model.js';
import { nameOrder } from '../../planner/name-order.js';
import { connectionTypes, ForwardPageArgs } from '../../planner/page.types.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { nameSearch } from '../../planner/search-text.js';
import { literal, sql } from '../../planner/sql.js';
import { Place } from './place.entity.js';
import { placeRead } from './place.read.js';

const { connection: PlaceConnection } = connectionTypes('Place', () => Place, 'places');

@ArgsType()
class PlacesArgs extends ForwardPageArgs {
  @Field(() => GraphQLString, {
    nullable: true,
    description: "Finds a place by any side's spelling: Aghdam, Ağdam, Агдам, agdam.",
  })
  search?: string | null;

  @Field(() => ENUMS.PlaceKind, { nullable: true, description: 'Only places of this kind.' })
  kind?: PlaceKind | null;
}

@Resolver()
export class PlaceResolver {
  @PlannedQuery(() => PlaceConnection, {
    description:
      'Places by name, sorted as the language of the request sorts; the best matches first in a search.',
  })
  @RequiresScope('reference:read')
  @FieldArgs(() => PlacesArgs)
  places(args: Planned<PlacesArgs>): Read {
    const { search } = args;
    const byName = search ? nameSearch(placeRead, search) : null;
    return (context) => {
      // Compares every name with the search text.
      if (byName) context.heavy();
      return connection(
        {
          type: placeRead,
          where: (row) => [
            ...(byName ? [byName.isFound(row, context)] : []),
            ...(args.kind ? [sql`${row('kind')} = ${literal(args.kind)}`] : []),
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

  @PlannedQuery(() => Place, {
    nullable: true,
    description: 'One place, or null when there is none of that code.',
  })
  @RequiresScope('reference:read')
  @FieldArg('code', () => GraphQLString, { description: 'Code of the place, such as agdam.' })
  place({ code }: Planned<{ code: string }>): Read {
    return one(placeRead, (row) => sql`${row('code')} = ${code}`);
  }
}

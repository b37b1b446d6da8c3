import { GraphQLString } from 'graphql';
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { PAGE_SIZE } from '../domain/limits.js';

@ObjectType({ description: 'Where a page lies in its list.' })
class PageInfo {
  @Field(() => Boolean, { description: 'There are items after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'There are items before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the first item of this page; null when it is empty.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Cursor of the last item of this page; null when it is empty.',
  })
  endCursor!: string | null;
}

@ArgsType()
export class ForwardPageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Size of the page, ${PAGE_SIZE.minimum} to ${PAGE_SIZE.maximum}; ${PAGE_SIZE.default} when not given.`,
  })
  first?: number | null;

  @Field(() => GraphQLString, { nullable: true, description: 'Cursor that the page begins after.' })
  after?: string | null;
}

@ArgsType()
export class PageArgs extends ForwardPageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `Size of a page at the end of the list, ${PAGE_SIZE.minimum} to ${PAGE_SIZE.maximum}, instead of first.`,
  })
  last?: number | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: 'Cursor that the page ends before; goes with last.',
  })
  before?: string | null;
}

/** The edge and connection types of a node type, named as in the Relay connection specification. */
export function connectionTypes<Item extends object>(
  name: string,
  item: () => ClassType<Item>,
  plural: string,
): { edge: ClassType<object>; connection: ClassType<object> } {
  @ObjectType(`${name}Edge`, { description: `One of the ${plural} of a page, with its cursor.` })
  class Edge {
    @Field(() => String, { description: 'Opaque position in the list, for after and before.' })
    cursor!: string;

    @Field(item, { description: 'The item.' })
    node!: Item;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${plural}.` })
  class Connection {
    @Field(() => [Edge], { description: 'The items of the page with their cursors.' })
    edges!: Edge[];

    @Field(() => [item()], { description: 'The items of the page.' })
    nodes!: Item[];

    @Field(() => PageInfo, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfo;

    @Field(() => Int, {
      description: 'How many items the viewer sees in the whole list; counted only if selected.',
    })
    totalCount!: number;
  }

  return { edge: Edge, connection: Connection };
}

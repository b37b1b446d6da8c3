import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({ description: 'Anything that has an id of its own and can be asked for by it.' })
export abstract class Node {
  @Field(() => ID, { description: 'Global id: unique among all objects, and stable.' })
  id!: string;
}

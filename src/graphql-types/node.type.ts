import { Field, ID, InterfaceType } from 'type-graphql';

@InterfaceType({ description: 'An object with a global id, by which it can be queried.' })
export abstract class Node {
  @Field(() => ID, { description: 'Global id: unique among all objects, and stable.' })
  id!: string;
}

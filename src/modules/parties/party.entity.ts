import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { PartyKind } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalNames } from '../../graphql-types/local-names.js';
import { Node } from '../../graphql-types/node.type.js';

@ObjectType({
  implements: Node,
  description: 'A state, contingent, centre or authority that is bound by agreements or named in claims.',
})
@Entity('party')
export class Party extends Node {
  @PrimaryColumn('smallint')
  key!: number;

  @Field(() => String, {
    description:
      'AZE, ARM, RUS, TUR, RPC (Russian peacekeeping contingent), JMC (the Centre) or DFA (de facto authorities).',
  })
  @Column('text', { unique: true })
  code!: string;

  @Field(() => ENUMS.PartyKind, { description: 'What the party is.' })
  @Column('text')
  kind!: PartyKind;

  @Field(() => String, { description: 'What the party is, as a label.' })
  @InLocale()
  kindLabel!: string;

  @Column(() => LocalNames, { prefix: 'name' })
  names!: LocalNames;

  @Field(() => String, { description: 'Name of the party.' })
  @InLocale()
  name!: string;
}

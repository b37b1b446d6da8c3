import { Field, Int, ObjectType } from 'type-graphql';
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { CasualtyGroup } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { Party } from '../parties/party.entity.js';
import { OfIncident } from './read/of-incident.js';

@ObjectType({
  description: 'Numbers of a group who were killed, wounded or detained. Null means unknown, not none.',
})
@Entity('casualties')
@Check('casualties_are_not_negative', 'least(killed, wounded, detained) >= 0')
@Check('casualties_are_bounded', 'greatest(killed, wounded, detained) <= 100000')
export class Casualties {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  @PrimaryColumn('smallint')
  ordinal!: number;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @OfIncident('CASCADE')
  incident?: object;

  @Column('smallint', { nullable: true })
  partyKey!: number | null;

  @ManyToOne(() => Party, { onDelete: 'RESTRICT', nullable: true })
  @JoinColumn({ name: 'party_key' })
  @Field(() => Party, { nullable: true, description: 'The party whose people they were, if known.' })
  party?: Relation<Party> | null;

  @Field(() => ENUMS.CasualtyGroup, { description: 'Military or civilian.' })
  @Column('text')
  group!: CasualtyGroup;

  @Field(() => Int, { nullable: true, description: 'Number killed; null when unknown.' })
  @Column('integer', { nullable: true })
  killed!: number | null;

  @Field(() => Int, { nullable: true, description: 'Number wounded; null when unknown.' })
  @Column('integer', { nullable: true })
  wounded!: number | null;

  @Field(() => Int, { nullable: true, description: 'Number detained; null when unknown.' })
  @Column('integer', { nullable: true })
  detained!: number | null;
}

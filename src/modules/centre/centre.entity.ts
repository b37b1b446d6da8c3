import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalNames } from '../../graphql-types/local-names.js';
import { DateScalar } from '../../graphql-types/scalars.js';
import { FieldArg } from '../../planner/field-arguments.js';
import { Official } from '../officials/official.entity.js';
import { Place } from '../places/place.entity.js';

@ObjectType({ description: "A nation's personnel at the Centre." })
@Entity('contingent')
export class Contingent {
  @Field(() => ENUMS.Nation, { description: 'The nation.' })
  @PrimaryColumn('text')
  nation!: Nation;

  @Field(() => Int, { description: 'Greatest number of personnel it may have at the Centre.' })
  @Column('smallint')
  strength!: number;

  @Field(() => Official, { nullable: true, description: 'Its head on a day (today when not given).' })
  @FieldArg('on', () => DateScalar, {
    nullable: true,
    description: 'The day in Baku; today when not given.',
  })
  head?: Official | null;
}

@ObjectType({ description: 'The Joint Turkish-Russian Monitoring Centre.' })
@Entity('centre')
export class Centre {
  @PrimaryColumn('smallint')
  key!: number;

  @Column(() => LocalNames, { prefix: 'name' })
  names!: LocalNames;

  @Field(() => String, { description: 'Name of the Centre.' })
  @InLocale()
  name!: string;

  @Column('integer')
  placeKey!: number;

  @ManyToOne(() => Place, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'place_key' })
  @Field(() => Place, { description: 'Where it stands.' })
  place?: Relation<Place>;

  @Field(() => DateScalar, { description: 'The day it opened.' })
  @Column('date')
  openedOn!: string;

  @Field(() => DateScalar, { nullable: true, description: 'The day it closed; null while it is open.' })
  @Column('date', { nullable: true })
  closedOn!: string | null;

  @Field(() => [Contingent], { description: 'The two contingents that run it as equals.' })
  contingents?: Contingent[];
}

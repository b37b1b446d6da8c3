import { Field, Float, ObjectType } from 'type-graphql';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { PlaceKind } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalNames } from '../../graphql-types/local-names.js';
import { Node } from '../../graphql-types/node.type.js';

@ObjectType({
  implements: Node,
  description: 'A district, a settlement or an area in or near the area of responsibility.',
})
@Entity('place')
export class Place extends Node {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'BY DEFAULT' })
  key!: number;

  @Field(() => String, { description: 'Code of the place, such as agdam (district) or agdam-city.' })
  @Column('text', { unique: true })
  code!: string;

  @Field(() => ENUMS.PlaceKind, { description: 'What the place is.' })
  @Column('text')
  kind!: PlaceKind;

  @Field(() => String, { description: 'What the place is, as a label.' })
  @InLocale()
  kindLabel!: string;

  @Column(() => LocalNames, { prefix: 'name' })
  names!: LocalNames;

  @Field(() => String, { description: 'Name of the place.' })
  @InLocale()
  name!: string;

  @Field(() => [String], {
    description: 'Other names in use, so that every side finds the place by its own name for it.',
  })
  @Column('text', { array: true, default: () => "'{}'" })
  aliases!: string[];

  /** All names and aliases in searchable forms. A trigger writes it. */
  @Column('text')
  searchText?: string;

  @Index()
  @Column('integer', { nullable: true })
  parentKey!: number | null;

  @ManyToOne(() => Place, { onDelete: 'RESTRICT', nullable: true })
  @JoinColumn({ name: 'parent_key' })
  parentPlace?: Relation<Place> | null;

  @Field(() => Place, { nullable: true, description: 'The district that a settlement lies in.' })
  parent?: Relation<Place> | null;

  @Field(() => Float, { nullable: true, description: 'Latitude in degrees north, WGS 84.' })
  @Column('double precision', { nullable: true })
  latitude!: number | null;

  @Field(() => Float, { nullable: true, description: 'Longitude in degrees east, WGS 84.' })
  @Column('double precision', { nullable: true })
  longitude!: number | null;
}

import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Locale } from '../../domain/locale.js';
import type { Nation } from '../../domain/scopes.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalNames, OptionalLocalNames } from '../../graphql-types/local-names.js';
import { Node } from '../../graphql-types/node.type.js';
import { DateScalar } from '../../graphql-types/scalars.js';
import { FieldArg } from '../../planner/field-arguments.js';
import { Party } from '../parties/party.entity.js';

@ObjectType({
  description: 'An office that an official held or holds, with its first day and the day it ended.',
})
@Entity('appointment')
@Index(['officialKey'])
@Index(['role'])
export class Appointment {
  @PrimaryColumn('smallint')
  key!: number;

  @Column('smallint')
  officialKey!: number;

  @ManyToOne(() => Official, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'official_key' })
  official?: Relation<Official>;

  /** Code of the office, such as HEAD_OF_CONTINGENT. */
  @Column('text')
  role!: string;

  @Column(() => LocalNames, { prefix: 'title' })
  titles!: LocalNames;

  @Field(() => String, { description: 'Title of the office.' })
  @InLocale()
  title!: string;

  @Column(() => OptionalLocalNames, { prefix: 'rank' })
  ranks!: OptionalLocalNames;

  @Field(() => String, {
    nullable: true,
    description: 'Military rank in that office; null for civilians and where no source gives it.',
  })
  @InLocale()
  rank?: string | null;

  @Field(() => DateScalar, {
    name: 'from',
    nullable: true,
    description: 'First day in office; null where no source gives it.',
  })
  @Column('date', { nullable: true })
  startsOn!: string | null;

  @Field(() => DateScalar, {
    name: 'to',
    nullable: true,
    description: 'First day after the end of the office; null while in office or where no source gives it.',
  })
  @Column('date', { nullable: true })
  endsOn!: string | null;
}

@ObjectType({ description: "How to reach an official; visible only to the official's own nation." })
@Entity('official_contact')
export class OfficialContact {
  @PrimaryColumn('smallint')
  officialKey!: number;

  @ManyToOne(() => Official, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'official_key' })
  official?: Relation<Official>;

  /** The only nation that sees the row. */
  @Column('text')
  nation!: Nation;

  @Field(() => String, { nullable: true, description: 'Telephone number, in international form.' })
  @Column('text', { nullable: true })
  phone!: string | null;

  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  @Column('text', { nullable: true })
  email!: string | null;

  @Field(() => [ENUMS.Locale], { description: 'Languages the official can be addressed in.' })
  @Column('text', { array: true, default: () => "'{}'" })
  languages!: Locale[];
}

@ObjectType({
  implements: Node,
  description: 'A person who holds or held an office that matters to the Centre.',
})
@Entity('official')
@Index(['partyKey'])
export class Official extends Node {
  @PrimaryColumn('smallint')
  key!: number;

  @Field(() => String, { description: 'Code of the official, such as katirci.' })
  @Column('text', { unique: true })
  code!: string;

  @Column('smallint')
  partyKey!: number;

  @ManyToOne(() => Party, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'party_key' })
  @Field(() => Party, { description: 'The party the official serves.' })
  party?: Relation<Party>;

  @Column(() => LocalNames, { prefix: 'name' })
  names!: LocalNames;

  @Field(() => String, { description: 'Name of the official, in the form of the language.' })
  @InLocale()
  name!: string;

  /** The name in every language in searchable forms. A trigger writes it. */
  @Column('text')
  searchText?: string;

  @Field(() => [Appointment], { description: 'Offices held, the earliest first.' })
  appointments?: Appointment[];

  @Field(() => Appointment, {
    nullable: true,
    description: 'The appointment in force on a day (today when not given).',
  })
  @FieldArg('date', () => DateScalar, {
    nullable: true,
    description: 'The day in Baku; today when not given.',
  })
  appointmentOn?: Appointment | null;

  @Field(() => OfficialContact, {
    nullable: true,
    description: "How to reach the official; only for officials of the viewer's nation, null for others.",
  })
  @RequiresScope('official:contact')
  contact?: OfficialContact | null;
}

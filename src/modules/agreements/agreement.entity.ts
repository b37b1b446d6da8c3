import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';
import type { ImplementationStatus } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalNames } from '../../graphql-types/local-names.js';
import { LocalizedText, type StoredText } from '../../graphql-types/localized-text.type.js';
import { Node } from '../../graphql-types/node.type.js';
import { DateScalar, DateTimeScalar } from '../../graphql-types/scalars.js';
import { Official } from '../officials/official.entity.js';
import { Party } from '../parties/party.entity.js';
import { Place } from '../places/place.entity.js';

@ObjectType({ description: 'A date that a provision sets, with its revision and completion.' })
@Entity('provision_deadline')
export class ProvisionDeadline {
  @PrimaryColumn('smallint')
  provisionKey!: number;

  @PrimaryColumn('smallint')
  ordinal!: number;

  @ManyToOne(() => Provision, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;

  @Column(() => LocalNames, { prefix: 'subject' })
  subjects!: LocalNames;

  @Field(() => String, { description: 'What was to be done.' })
  @InLocale()
  subject!: string;

  @Field(() => DateScalar, { nullable: true, description: 'The day set originally; null if none was.' })
  @Column('date', { nullable: true })
  planned!: string | null;

  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day it was moved to; null if it was not moved.',
  })
  @Column('date', { nullable: true })
  revised!: string | null;

  @Field(() => DateScalar, { nullable: true, description: 'The day it was done; null if it is not done.' })
  @Column('date', { nullable: true })
  actual!: string | null;

  @Field(() => Boolean, {
    description: 'Its day (the revised one, else the planned) has passed in Baku, and it is not done.',
  })
  isOverdue!: boolean;
}

@ObjectType({ description: "A joint-command nation's assessment of how far a provision is implemented." })
@Entity('provision_assessment')
@Index(['provisionKey', 'nation', 'assessedAt'])
export class ProvisionAssessment {
  @PrimaryColumn('uuid')
  key!: string;

  @Column('smallint')
  provisionKey!: number;

  @ManyToOne(() => Provision, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;

  @Field(() => ENUMS.Nation, { description: 'The nation that assesses.' })
  @Column('text')
  nation!: Nation;

  @Field(() => ENUMS.ImplementationStatus, {
    description: 'Degree of implementation, on the scale of the Peace Accords Matrix.',
  })
  @Column('text')
  status!: ImplementationStatus;

  @Field(() => String, { description: 'Degree of implementation, as a label.' })
  @InLocale()
  statusLabel!: string;

  @Field(() => LocalizedText, { nullable: true, description: 'Why.' })
  @Column('jsonb', { nullable: true })
  rationale!: StoredText | null;

  @Field(() => DateTimeScalar, { description: 'When it was assessed.' })
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  assessedAt!: Date;

  @Field(() => String, { description: 'Subject of the head of contingent who assessed.' })
  @Column('text')
  assessedBy!: string;
}

@ObjectType({ implements: Node, description: 'One provision of an agreement.' })
@Entity('provision')
@Unique(['agreementKey', 'number'])
export class Provision extends Node {
  @PrimaryColumn('smallint')
  key!: number;

  @Field(() => String, { description: "The agreement's code and the number: trilateral-statement-2020/6." })
  @Column('text', { unique: true })
  code!: string;

  @Field(() => Int, { description: 'Number within the agreement, from 1.' })
  @Column('smallint')
  number!: number;

  @Column('smallint')
  agreementKey!: number;

  @ManyToOne(() => Agreement, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'agreement_key' })
  @Field(() => Agreement, { description: 'The agreement it belongs to.' })
  agreement?: Relation<Agreement>;

  @Field(() => LocalizedText, { description: 'What it says, in our own words.' })
  @InLocale()
  @Column('jsonb')
  summary!: StoredText;

  @Field(() => [Party], { description: 'The parties it obliges.' })
  obligedParties?: Party[];

  @Field(() => [Place], { description: 'The places it names.' })
  places?: Place[];

  @Field(() => [ProvisionDeadline], { description: 'The dates it sets.' })
  deadlines?: ProvisionDeadline[];

  @Field(() => [ProvisionAssessment], {
    description:
      "Each joint-command nation's latest assessment; the joint one is jointStatus, where they agree.",
  })
  assessments?: ProvisionAssessment[];

  @Field(() => ENUMS.ImplementationStatus, {
    nullable: true,
    description: 'The status on which the latest assessments of both joint-command nations agree; else null.',
  })
  jointStatus?: ImplementationStatus | null;

  @Field(() => String, { nullable: true, description: 'The joint status, as a label.' })
  @InLocale()
  jointStatusLabel?: string | null;
}

@Entity('provision_party')
export class ProvisionParty {
  @PrimaryColumn('smallint')
  provisionKey!: number;

  @PrimaryColumn('smallint')
  partyKey!: number;

  @Column('smallint')
  ordinal!: number;

  @ManyToOne(() => Provision, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;

  @ManyToOne(() => Party, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'party_key' })
  party?: Relation<Party>;
}

@Entity('provision_place')
export class ProvisionPlace {
  @PrimaryColumn('smallint')
  provisionKey!: number;

  @PrimaryColumn('integer')
  placeKey!: number;

  @Column('smallint')
  ordinal!: number;

  @ManyToOne(() => Provision, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;

  @ManyToOne(() => Place, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'place_key' })
  place?: Relation<Place>;
}

@ObjectType({
  implements: Node,
  description: 'A document that the parties signed, on which the work of the Centre is based.',
})
@Entity('agreement')
export class Agreement extends Node {
  @PrimaryColumn('smallint')
  key!: number;

  @Field(() => String, {
    description: 'trilateral-statement-2020, memorandum-2020 or trilateral-statement-2021.',
  })
  @Column('text', { unique: true })
  code!: string;

  @Column(() => LocalNames, { prefix: 'title' })
  titles!: LocalNames;

  @Field(() => String, { description: 'Title of the agreement.' })
  @InLocale()
  title!: string;

  @Field(() => DateScalar, { description: 'The day it was signed.' })
  @Column('date')
  signedOn!: string;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it took effect, if it sets a time.',
  })
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  effectiveAt!: Date | null;

  @Field(() => [Official], { description: 'Who signed it.' })
  signatories?: Official[];

  @Field(() => [Provision], { description: 'Its provisions by number.' })
  provisions?: Provision[];

  @Field(() => [String], { description: 'Addresses at which its text or terms were published.' })
  @Column('text', { array: true, default: () => "'{}'" })
  sources!: string[];
}

@Entity('agreement_signatory')
export class AgreementSignatory {
  @PrimaryColumn('smallint')
  agreementKey!: number;

  @PrimaryColumn('smallint')
  officialKey!: number;

  @Column('smallint')
  ordinal!: number;

  @ManyToOne(() => Agreement, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'agreement_key' })
  agreement?: Relation<Agreement>;

  @ManyToOne(() => Official, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'official_key' })
  official?: Relation<Official>;
}

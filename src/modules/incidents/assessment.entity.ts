import { Field, Int, ObjectType } from 'type-graphql';
import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';
import type { Verdict } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalizedText, type StoredText } from '../../graphql-types/localized-text.type.js';
import { DateTimeScalar } from '../../graphql-types/scalars.js';
import { OfIncidentVersion } from './read/of-incident.js';

@ObjectType({ description: "One joint-command nation's verdict on one version of an incident." })
@Entity('assessment')
@Index(['incidentKey', 'assessedAt', 'key'])
export class Assessment {
  @PrimaryColumn('uuid')
  key!: string;

  @Column('uuid')
  incidentKey!: string;

  /** Who sees this version, as bits; written by the database: those who saw it when it was current. */
  @Column('smallint')
  audience!: number;

  @OfIncidentVersion()
  incident?: object;

  @Field(() => ENUMS.Nation, { description: 'The nation that assessed.' })
  @Column('text')
  nation!: Nation;

  @Field(() => ENUMS.Verdict, { description: 'The verdict.' })
  @Column('text')
  verdict!: Verdict;

  @Field(() => String, { description: 'The verdict, as a label.' })
  @InLocale()
  verdictLabel!: string;

  @Field(() => Int, { description: 'The version assessed; only assessments of the current version count.' })
  @Column('integer')
  version!: number;

  @Field(() => String, {
    description:
      'SHA-256 over the canonical content of that version, all languages included, in hex; without the position for those who may not see it.',
  })
  @Column('text')
  contentHash!: string;

  @Field(() => LocalizedText, { nullable: true, description: 'Remark for everybody who sees the record.' })
  @Column('jsonb', { nullable: true })
  remark!: StoredText | null;

  @Field(() => String, {
    nullable: true,
    description: 'Note of the assessing nation, visible to that nation alone; null to others.',
  })
  internalNote?: string | null;

  @Field(() => String, { description: 'Subject of the head of contingent who assessed.' })
  @Column('text')
  assessedBy!: string;

  @Field(() => DateTimeScalar, { description: 'When it was assessed.' })
  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  assessedAt!: Date;
}

/**
 * The internal note of an assessment. It is a row of its own, so that row security can hide it from other nations.
 */
@Entity('assessment_note')
export class AssessmentNote {
  @PrimaryColumn('uuid')
  assessmentKey!: string;

  @OneToOne(() => Assessment, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'assessment_key' })
  assessment?: Relation<Assessment>;

  @Column('text')
  nation!: Nation;

  @Column('text')
  note!: string;
}

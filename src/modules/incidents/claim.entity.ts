import { Field, ObjectType } from 'type-graphql';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { SourceType } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalizedText, type StoredText } from '../../graphql-types/localized-text.type.js';
import { Party } from '../parties/party.entity.js';
import { OfIncident } from './read/of-incident.js';

@ObjectType({ description: 'What a side says about an incident. Blame only occurs in claims.' })
@Entity('claim')
@Index(['claimantKey', 'incidentKey', 'audience'])
@Index(['attributedToKey', 'incidentKey'])
export class Claim {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  @PrimaryColumn('smallint')
  ordinal!: number;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @OfIncident('CASCADE')
  incident?: object;

  @Column('smallint')
  claimantKey!: number;

  @ManyToOne(() => Party, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'claimant_key' })
  @Field(() => Party, { description: 'Who says it.' })
  claimant?: Relation<Party>;

  @Column('smallint', { nullable: true })
  attributedToKey!: number | null;

  @ManyToOne(() => Party, { onDelete: 'RESTRICT', nullable: true })
  @JoinColumn({ name: 'attributed_to_key' })
  @Field(() => Party, { nullable: true, description: 'Whom the claimant holds responsible, if anyone.' })
  attributedTo?: Relation<Party> | null;

  @Field(() => ENUMS.SourceType, { description: 'What the claim rests on.' })
  @Column('text')
  sourceType!: SourceType;

  @Field(() => String, { description: 'What the claim rests on, as a label.' })
  @InLocale()
  sourceTypeLabel!: string;

  @Field(() => String, { nullable: true, description: 'Where it was published.' })
  @Column('text', { nullable: true })
  sourceUrl!: string | null;

  @Field(() => LocalizedText, { nullable: true, description: "The claimant's words." })
  @Column('jsonb', { nullable: true })
  statement!: StoredText | null;
}

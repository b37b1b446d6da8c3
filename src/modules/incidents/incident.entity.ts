import { Field, Float, Int, ObjectType } from 'type-graphql';
import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
  Unique,
} from 'typeorm';
import type { Audience, Nation } from '../../domain/scopes.js';
import type {
  GeoPrecision,
  IncidentAction,
  IncidentCategory,
  IncidentStatus,
  Severity,
  TimePrecision,
} from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { LocalizedText, type StoredText } from '../../graphql-types/localized-text.type.js';
import { Node } from '../../graphql-types/node.type.js';
import { DateTimeScalar } from '../../graphql-types/scalars.js';
import { Provision } from '../agreements/agreement.entity.js';
import { Place } from '../places/place.entity.js';
import { Assessment } from './assessment.entity.js';
import { Casualties } from './casualties.entity.js';
import { Claim } from './claim.entity.js';
import { Revision } from './revision.entity.js';

@ObjectType({ description: 'Where exactly something happened.' })
class Position {
  @Field(() => Float, { description: 'Latitude in degrees north, WGS 84.' })
  latitude!: number;

  @Field(() => Float, { description: 'Longitude in degrees east, WGS 84.' })
  longitude!: number;

  @Field(() => ENUMS.GeoPrecision, { description: 'How exact the position is.' })
  precision!: GeoPrecision;
}

@ObjectType({
  implements: Node,
  description: 'Something that happened, or is said to have happened, under the truce.',
})
@Entity('incident')
@Index('incident_occurred_tur_idx', { synchronize: false })
@Index('incident_updated_tur_idx', { synchronize: false })
@Index('incident_occurred_rus_idx', { synchronize: false })
@Index('incident_updated_rus_idx', { synchronize: false })
@Index('incident_occurred_aze_idx', { synchronize: false })
@Index('incident_updated_aze_idx', { synchronize: false })
@Index('incident_occurred_public_idx', { synchronize: false })
@Index('incident_updated_public_idx', { synchronize: false })
@Index('incident_category_tur_idx', { synchronize: false })
@Index('incident_district_tur_idx', { synchronize: false })
@Index('incident_place_tur_idx', { synchronize: false })
@Index('incident_category_rus_idx', { synchronize: false })
@Index('incident_district_rus_idx', { synchronize: false })
@Index('incident_place_rus_idx', { synchronize: false })
@Index('incident_category_aze_idx', { synchronize: false })
@Index('incident_district_aze_idx', { synchronize: false })
@Index('incident_place_aze_idx', { synchronize: false })
@Index('incident_category_public_idx', { synchronize: false })
@Index('incident_district_public_idx', { synchronize: false })
@Index('incident_place_public_idx', { synchronize: false })
@Index('incident_untranslated_tr_idx', { synchronize: false })
@Index('incident_untranslated_ru_idx', { synchronize: false })
@Index('incident_untranslated_az_idx', { synchronize: false })
@Index('incident_untranslated_en_idx', { synchronize: false })
@Unique(['key', 'audience'])
@Check(
  'incident_position_is_whole',
  '(latitude is null) = (longitude is null) and (latitude is null) = (geo_precision is null)',
)
@Check('incident_interval_is_in_order', 'occurred_to > occurred_from')
@Check('incident_is_seen_by_its_originator', 'audience & audience_bit(originator) <> 0')
export class Incident extends Node {
  @PrimaryColumn('uuid')
  key!: string;

  /** Audience mask of the record, the originator included: see planner/audience-mask.ts. */
  @Column('smallint')
  audience!: number;

  @Field(() => String, {
    description:
      'TUR-2021-482913: the originator, the year it happened, and a number drawn at random, so that neither a gap nor a high number reveals anything about hidden records.',
  })
  @Column('text', { unique: true })
  reference!: string;

  /** Key of the record in its import file. */
  @Column('text', { unique: true, nullable: true })
  importKey!: string | null;

  @Field(() => Int, {
    description:
      'Starts at 1 and grows with every change of content; mutations name the version they act on.',
  })
  @Column('integer')
  version!: number;

  @Field(() => ENUMS.Nation, { description: 'The nation whose record it is.' })
  @Column('text')
  originator!: Nation;

  @Field(() => ENUMS.IncidentCategory, { description: 'What happened.' })
  @Column('text')
  category!: IncidentCategory;

  @Field(() => String, { description: 'What happened, as a label.' })
  @InLocale()
  categoryLabel!: string;

  @Field(() => ENUMS.Severity, { description: 'How grave it is.' })
  @Column('text')
  severity!: Severity;

  @Field(() => String, { description: 'How grave it is, as a label.' })
  @InLocale()
  severityLabel!: string;

  @Field(() => DateTimeScalar, { description: 'When it happened, or began.' })
  @Column({ type: 'timestamptz', precision: 3 })
  occurredFrom!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was over (half-open); null for a moment, or when no end is known.',
  })
  @Column({ type: 'timestamptz', precision: 3, nullable: true })
  occurredTo!: Date | null;

  @Field(() => ENUMS.TimePrecision, { description: 'How exact the time is.' })
  @Column('text')
  timePrecision!: TimePrecision;

  @Column('integer', { nullable: true })
  placeKey!: number | null;

  @ManyToOne(() => Place, { onDelete: 'RESTRICT', nullable: true })
  @JoinColumn({ name: 'place_key' })
  @Field(() => Place, { nullable: true, description: 'The district, settlement or area it happened in.' })
  place?: Relation<Place> | null;

  /** The district of the place, derived when the row is written. */
  @Column('integer', { nullable: true })
  districtKey!: number | null;

  @Field(() => Position, {
    nullable: true,
    description: 'The exact position, if known. INTEGRATOR and PUBLIC never see it.',
  })
  @RequiresScope('incident:position')
  position?: Position | null;

  @Column('double precision', { nullable: true })
  latitude!: number | null;

  @Column('double precision', { nullable: true })
  longitude!: number | null;

  @Column('text', { nullable: true })
  geoPrecision!: GeoPrecision | null;

  @Field(() => LocalizedText, { description: 'What happened, in a line.' })
  @InLocale()
  @Column('jsonb')
  title!: StoredText;

  @Field(() => LocalizedText, { nullable: true, description: 'What happened, in full.' })
  @InLocale()
  @Column('jsonb', { nullable: true })
  narrative!: StoredText | null;

  /** Languages without an up-to-date text, as bits: see localeBit. Derived when the row is written. */
  @Column('smallint')
  untranslated!: number;

  @Field(() => [Claim], { description: 'What the sides say about it: claims, not facts.' })
  claims?: Claim[];

  @Field(() => [Casualties], { description: 'Killed, wounded and detained, as far as known.' })
  casualties?: Casualties[];

  /** Sum of the casualties, with unknown numbers as 0. For statistics. */
  @Column('integer')
  killed!: number;

  @Column('integer')
  wounded!: number;

  @Field(() => [Provision], { description: 'Provisions it concerns.' })
  provisions?: Provision[];

  @Field(() => ENUMS.IncidentStatus, {
    description: 'State of the joint assessment of the current version.',
  })
  @Column('text')
  status!: IncidentStatus;

  @Field(() => String, { description: 'State of the joint assessment, as a label.' })
  @InLocale()
  statusLabel!: string;

  @Field(() => [Assessment], {
    description:
      'Assessments of the current version and of earlier ones that were released to the viewer, the newest first; different verdicts stand side by side.',
  })
  assessments?: Assessment[];

  @Field(() => [ENUMS.Audience], {
    nullable: true,
    description:
      'Who can see this record besides its originator; shown to joint-command nations and the originator, null to others.',
  })
  releasedTo?: Audience[] | null;

  @Field(() => [Revision], {
    description: 'Every version that was released to the viewer, the oldest first.',
  })
  revisions?: Revision[];

  @Field(() => [ENUMS.IncidentAction], { description: 'What this viewer may do with this record now.' })
  viewerActions?: IncidentAction[];

  /** SHA-256 over the canonical content of the current version, in hex. */
  @Column('text')
  contentHash!: string;

  /** Issuer and subject of who reported it, who may not assess it (four eyes); `import` for imported records. */
  @Column('text', { default: 'import' })
  reportedBy!: string;

  /** Issuer and subject of who reported or last amended it, who may not assess it either. */
  @Column('text')
  writtenBy!: string;

  @Field(() => LocalizedText, {
    nullable: true,
    description: 'Why its originator withdrew it; null unless it is retracted.',
  })
  @InLocale()
  @Column('jsonb', { nullable: true })
  retraction!: StoredText | null;

  @Field(() => DateTimeScalar, { description: 'When it was first recorded.' })
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { description: 'When its content, status or verdicts last changed.' })
  @Column({ type: 'timestamptz', precision: 3, default: () => 'now()' })
  updatedAt!: Date;
}

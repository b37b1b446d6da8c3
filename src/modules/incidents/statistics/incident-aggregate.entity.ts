import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Nation } from '../../../domain/scopes.js';
import type { IncidentCategory, IncidentStatus, Severity } from '../../../domain/vocabularies.js';

/**
 * Numbers of incidents by audience mask and a set of dimensions, and changes that are not rolled up yet, which have
 * all dimensions. Triggers write both: see migrations/0005-aggregate-incidents.ts.
 */
@Entity('incident_aggregate')
@Index('incident_aggregate_dimensions_idx', { synchronize: false })
export class IncidentAggregate {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  key!: string;

  @Column('text')
  dimensionSet!: string;

  /** Number of a change that is not rolled up yet; its set is `change`. */
  @Column('bigint', { nullable: true })
  changeNumber!: string | null;

  @Column('smallint')
  audience!: number;

  @Column('text', { nullable: true })
  originator!: Nation | null;

  @Column('text', { nullable: true })
  category!: IncidentCategory | null;

  @Column('text', { nullable: true })
  severity!: Severity | null;

  @Column('text', { nullable: true })
  status!: IncidentStatus | null;

  @Column('integer', { nullable: true })
  districtKey!: number | null;

  /** Where exactly: a settlement, or a district for what is only known to have been inside it. */
  @Column('integer', { nullable: true })
  placeKey!: number | null;

  /** Day in Baku, or the first day of the month. */
  @Column('date', { nullable: true })
  day!: string | null;

  /** Languages without an up-to-date text, as bits. */
  @Column('smallint', { nullable: true })
  untranslated!: number | null;

  @Column('integer')
  incidents!: number;

  @Column('integer')
  killed!: number;

  @Column('integer')
  wounded!: number;
}

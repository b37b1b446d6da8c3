import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Nation } from '../../../domain/scopes.js';
import type { IncidentCategory, IncidentStatus, Severity } from '../../../domain/vocabularies.js';

/**
 * Numbers of incidents by audience mask and dimension set, and changes that are not rolled up yet, with all
 * dimensions. Triggers write both: see migrations/0005-aggregate-incidents.ts.
 */
@Entity('incident_aggregate')
@Index('incident_aggregate_dimensions_idx', { synchronize: false })
export class IncidentAggregate {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  key!: string;

  @Column('text')
  dimensionSet!: string;

  /** Sequence number of a change that is not rolled up yet; its dimension set is `change`. */
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

  /** The settlement, or the district if no more is known. */
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

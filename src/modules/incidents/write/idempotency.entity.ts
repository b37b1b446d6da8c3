import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Nation } from '../../../domain/scopes.js';
import { Incident } from '../incident.entity.js';

/** What a reporting client's key stands for, so that asking again does not report again. Kept for good. */
@Entity('idempotency')
export class Idempotency {
  @PrimaryColumn('text')
  nation!: Nation;

  /** Issuer of the reporting token. */
  @PrimaryColumn('text')
  issuer!: string;

  /** Subject of the reporting token. */
  @PrimaryColumn('text')
  subject!: string;

  /** The client's key. */
  @PrimaryColumn('text')
  key!: string;

  /** SHA-256 over what was reported, in hex. */
  @Column('text')
  contentHash!: string;

  @Column('uuid')
  incidentKey!: string;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  /** Checked at the commit: the key is taken before the record is written. */
  @ManyToOne(() => Incident, { onDelete: 'CASCADE', onUpdate: 'CASCADE', deferrable: 'INITIALLY DEFERRED' })
  @JoinColumn([
    { name: 'incident_key', referencedColumnName: 'key' },
    { name: 'audience', referencedColumnName: 'audience' },
  ])
  incident?: Relation<Incident>;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}

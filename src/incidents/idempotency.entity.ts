import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Nation } from '../access/scopes.js';
import { Incident } from './incident.entity.js';

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

  /** Checked at the commit: the key is taken before the record is written. */
  @ManyToOne(() => Incident, { onDelete: 'CASCADE', deferrable: 'INITIALLY DEFERRED' })
  @JoinColumn({ name: 'incident_key' })
  incident?: Relation<Incident>;

  @Column({ type: 'timestamptz', precision: 3 })
  createdAt!: Date;
}

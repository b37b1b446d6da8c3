import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import type { Nation } from '../../../domain/scopes.js';
import { Incident } from '../incident.entity.js';

/** The report that an idempotency key stands for, so that repeating it records nothing twice. Never deleted. */
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

  /** SHA-256 over the report, in hex. */
  @Column('text')
  contentHash!: string;

  @Column('uuid')
  incidentKey!: string;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  /** Deferred to the commit, because the key is inserted before the incident. */
  @ManyToOne(() => Incident, { onDelete: 'CASCADE', onUpdate: 'CASCADE', deferrable: 'INITIALLY DEFERRED' })
  @JoinColumn([
    { name: 'incident_key', referencedColumnName: 'key' },
    { name: 'audience', referencedColumnName: 'audience' },
  ])
  incident?: Relation<Incident>;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  createdAt!: Date;
}

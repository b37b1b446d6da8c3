import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Nation } from '../../domain/scopes.js';

/** A nation whose issuers are not trusted until an administrator unfreezes them. */
@Entity('issuer_freeze')
export class IssuerFreeze {
  @PrimaryColumn('text')
  nation!: Nation;

  /** Issuer and subject of the administrator. */
  @Column('text')
  frozenBy!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  frozenAt!: Date;

  /** Thumbprints of the keys that the issuers published then; null where a version before 0.3.0 froze them. */
  @Column('text', { array: true, nullable: true })
  keys!: string[] | null;
}

import { Column, Entity, PrimaryColumn, type Relation } from 'typeorm';
import type { Audience, Nation } from '../../../domain/scopes.js';
import type { Incident } from '../incident.entity.js';
import { OfIncident } from '../read/of-incident.js';

/** Consent of a head of contingent to release one version of a joint record. Visible only to the joint command. */
@Entity('release_consent')
export class ReleaseConsent {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  /** Void when the record has another version. */
  @PrimaryColumn('integer')
  version!: number;

  /** The audience that the record is to be released to. */
  @PrimaryColumn('text')
  target!: Audience;

  /** The nation that consents. */
  @PrimaryColumn('text')
  nation!: Nation;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @OfIncident('CASCADE')
  incident?: Relation<Incident>;

  /** Issuer and subject of the head. */
  @Column('text')
  consentedBy!: string;

  @Column({ type: 'timestamptz', precision: 3, default: () => 'clock_timestamp()' })
  consentedAt!: Date;
}

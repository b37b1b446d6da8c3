import { Column, Entity, PrimaryColumn, type Relation } from 'typeorm';
import type { Audience, Nation } from '../../../domain/scopes.js';
import type { Incident } from '../incident.entity.js';
import { OfIncident } from '../read/of-incident.js';

/** A head of contingent's consent to release one version of a joint record; seen by joint command alone. */
@Entity('release_consent')
export class ReleaseConsent {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  /** Void as soon as the record has another version. */
  @PrimaryColumn('integer')
  version!: number;

  /** Whom the record is to be released to. */
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

  @Column({ type: 'timestamptz', precision: 3 })
  consentedAt!: Date;
}

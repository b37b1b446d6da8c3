import { Column, Entity, Index, PrimaryColumn, type Relation } from 'typeorm';
import type { Incident } from '../incident.entity.js';
import { OfIncident } from '../read/of-incident.js';

/**
 * What an incident is found by: titles, narratives and place names in every language. Kept by triggers of
 * migrations/sql/0004-documents.sql; nothing else writes here.
 */
@Entity('incident_search')
@Index('incident_search_tur_idx', { synchronize: false })
@Index('incident_search_rus_idx', { synchronize: false })
@Index('incident_search_aze_idx', { synchronize: false })
@Index('incident_search_public_idx', { synchronize: false })
export class IncidentSearch {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  /** As the incident's: what very many records have in common is listed by time. */
  @Column({ type: 'timestamptz', precision: 3 })
  occurredFrom!: Date;

  @OfIncident('CASCADE')
  incident?: Relation<Incident>;

  /** Weights tell the languages apart: A is Turkish, B Russian, C Azerbaijani, D English. */
  @Column('tsvector')
  document!: string;

  /** Makes the row long enough for PostgreSQL to put the document aside. */
  @Column('text', { default: () => "repeat(' ', 2000)" })
  filler!: string;
}

import { Column, Entity, Index, PrimaryColumn, type Relation } from 'typeorm';
import type { Incident } from '../incident.entity.js';
import { OfIncident } from '../read/of-incident.js';

/**
 * Search document of an incident: titles, narratives and place names in every language. Only the triggers of
 * migrations/sql/0004-documents.sql write it.
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

  /** That of the incident. Searches with very many matches are listed by time. */
  @Column({ type: 'timestamptz', precision: 3 })
  occurredFrom!: Date;

  @OfIncident('CASCADE')
  incident?: Relation<Incident>;

  /** Weights mark the language: A is Turkish, B Russian, C Azerbaijani, D English. */
  @Column('tsvector')
  document!: string;

  /** Padding: makes the row so long that PostgreSQL stores the document out of line. */
  @Column('text', { default: () => "repeat(' ', 2000)" })
  filler!: string;
}

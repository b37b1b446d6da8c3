import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Incident } from './incident.entity.js';

/** What an incident is found by: titles, narratives and place names in every language, folded. */
@Entity('incident_search')
export class IncidentSearch {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @ManyToOne(() => Incident, { onDelete: 'CASCADE', onUpdate: 'CASCADE' })
  @JoinColumn([
    { name: 'incident_key', referencedColumnName: 'key' },
    { name: 'audience', referencedColumnName: 'audience' },
  ])
  incident?: Relation<Incident>;

  @Column('text')
  searchText!: string;
}

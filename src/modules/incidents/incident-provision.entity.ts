import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { Provision } from '../agreements/agreement.entity.js';
import type { Incident } from './incident.entity.js';
import { OfIncident } from './read/of-incident.js';

@Entity('incident_provision')
@Unique(['provisionKey', 'incidentKey'])
export class IncidentProvision {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  @PrimaryColumn('smallint')
  ordinal!: number;

  @Column('smallint')
  provisionKey!: number;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @OfIncident('CASCADE')
  incident?: Relation<Incident>;

  @ManyToOne(() => Provision, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;
}

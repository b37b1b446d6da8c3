import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation, Unique } from 'typeorm';
import { Provision } from '../agreements/agreement.entity.js';
import { Incident } from './incident.entity.js';

@Entity('incident_provision')
@Unique(['provisionKey', 'incidentKey'])
export class IncidentProvision {
  @PrimaryColumn('uuid')
  incidentKey!: string;

  @PrimaryColumn('smallint')
  position!: number;

  @Column('smallint')
  provisionKey!: number;

  /** Follows the incident's by foreign key. */
  @Column('smallint')
  audience!: number;

  @ManyToOne(() => Incident, { onDelete: 'CASCADE', onUpdate: 'CASCADE' })
  @JoinColumn([
    { name: 'incident_key', referencedColumnName: 'key' },
    { name: 'audience', referencedColumnName: 'audience' },
  ])
  incident?: Relation<Incident>;

  @ManyToOne(() => Provision, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'provision_key' })
  provision?: Relation<Provision>;
}

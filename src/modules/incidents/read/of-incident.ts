import { JoinColumn, ManyToOne } from 'typeorm';

/** Foreign key to the incident by key and audience, so that a part always has the visibility of its incident. */
export function OfIncident(onDelete: 'CASCADE' | 'RESTRICT'): PropertyDecorator {
  return (prototype, property) => {
    ManyToOne('Incident', { onDelete, onUpdate: 'CASCADE' })(prototype, property);
    JoinColumn([
      { name: 'incident_key', referencedColumnName: 'key' },
      { name: 'audience', referencedColumnName: 'audience' },
    ])(prototype, property);
  };
}

/**
 * Foreign key to the incident by key alone: what belongs to a version is seen by those to whom that version was
 * released. The database keeps its audience within the incident's.
 */
export function OfIncidentVersion(): PropertyDecorator {
  return (prototype, property) => {
    ManyToOne('Incident', { onDelete: 'RESTRICT' })(prototype, property);
    JoinColumn({ name: 'incident_key', referencedColumnName: 'key' })(prototype, property);
  };
}

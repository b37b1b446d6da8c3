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

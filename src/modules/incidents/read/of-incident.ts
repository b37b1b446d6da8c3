import { JoinColumn, ManyToOne } from 'typeorm';

/** The incident a row belongs to, by key and audience: whoever sees the one sees the other, whatever changes. */
export function OfIncident(onDelete: 'CASCADE' | 'RESTRICT'): PropertyDecorator {
  return (prototype, property) => {
    ManyToOne('Incident', { onDelete, onUpdate: 'CASCADE' })(prototype, property);
    JoinColumn([
      { name: 'incident_key', referencedColumnName: 'key' },
      { name: 'audience', referencedColumnName: 'audience' },
    ])(prototype, property);
  };
}

import { Field, ObjectType } from 'type-graphql';
import { Incident } from '../incidents/incident.entity.js';
import { ENUMS } from '../labels/enums.js';
import type { IncidentEventKind } from '../labels/vocabularies.js';
import { DateTimeScalar } from '../scalars.js';

@ObjectType({ description: 'A change to an incident that the viewer saw happen, or can.' })
export class IncidentEvent {
  @Field(() => String, { description: 'Opaque name of the event, for `after`.' })
  cursor!: string;

  @Field(() => ENUMS.IncidentEventKind, { description: 'What happened.' })
  kind!: IncidentEventKind;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  at!: Date;

  @Field(() => Incident, { description: 'The incident as it stands when the event is sent.' })
  incident!: Incident;
}

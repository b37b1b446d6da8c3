import { Field, ObjectType } from 'type-graphql';
import type { IncidentEventKind } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { DateTimeScalar } from '../../graphql-types/scalars.js';
import { Incident } from '../incidents/incident.entity.js';

@ObjectType({ description: 'A change to an incident, visible to the viewer.' })
export class IncidentEvent {
  @Field(() => String, { description: 'Opaque identifier of the event, for `after`.' })
  cursor!: string;

  @Field(() => ENUMS.IncidentEventKind, { description: 'What happened.' })
  kind!: IncidentEventKind;

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  at!: Date;

  @Field(() => Incident, { description: 'The incident at the time the event is sent.' })
  incident!: Incident;
}

import { GraphQLString } from 'graphql';
import { ArgsType, Field, Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArgs } from '../../planner/field-arguments.js';
import type { Read } from '../../planner/model.js';
import { PlannedSubscription } from '../../planner/planned-field.js';
import { IncidentFilter } from '../incidents/read/incident.inputs.js';
import { incidentEvents } from './incident-event.read.js';
import { IncidentEvent } from './incident-event.type.js';

@ArgsType()
class IncidentEventsArgs {
  @Field(() => IncidentFilter, {
    nullable: true,
    description: 'Only events of incidents that meet these conditions when the event is sent.',
  })
  filter?: IncidentFilter | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: 'Cursor of the last event received; without it only new events are sent.',
  })
  after?: string | null;
}

@Resolver()
export class IncidentEventResolver {
  @PlannedSubscription(() => IncidentEvent, {
    description:
      'Every change to an incident the viewer can see, in order. With `after`, it starts with the events since that cursor. Events from before an incident was released to the viewer are not shown.',
  })
  @RequiresScope('incident:read')
  @FieldArgs(() => IncidentEventsArgs)
  incidentEvents({ filter }: Planned<IncidentEventsArgs>): Read {
    return incidentEvents(filter);
  }
}

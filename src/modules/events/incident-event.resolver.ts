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
export class IncidentEventsArgs {
  @Field(() => IncidentFilter, {
    nullable: true,
    description: 'Only events of incidents that meet these conditions when the event is sent.',
  })
  filter?: IncidentFilter | null;

  @Field(() => GraphQLString, {
    nullable: true,
    description: 'Cursor of the last event received; without it only what happens from now on is sent.',
  })
  after?: string | null;
}

@Resolver()
export class IncidentEventResolver {
  @PlannedSubscription(() => IncidentEvent, {
    description:
      'Every change to an incident the viewer can see, in order. With `after`, first what was missed since that cursor. What happened before an incident was released to the viewer is not shown.',
  })
  @RequiresScope('incident:read')
  @FieldArgs(() => IncidentEventsArgs)
  incidentEvents({ filter }: Planned<IncidentEventsArgs>): Read {
    return incidentEvents(filter);
  }
}

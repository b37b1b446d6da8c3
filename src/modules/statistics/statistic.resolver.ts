import { Resolver } from 'type-graphql';
import { MAX_ITEMS } from '../../domain/limits.js';
import type { IncidentDimension } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArg } from '../../planner/field-arguments.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { IncidentFilter } from '../incidents/read/incident.inputs.js';
import { statistics } from './statistic.read.js';
import { IncidentStatistic } from './statistic.type.js';

@Resolver()
export class StatisticResolver {
  @PlannedQuery(() => [IncidentStatistic], {
    description:
      'Numbers of incidents the viewer sees, grouped by any combination of dimensions and sorted by their keys.',
  })
  @RequiresScope('statistics:read')
  @FieldArg('filter', () => IncidentFilter, {
    nullable: true,
    description: 'Only incidents that meet these conditions.',
  })
  @FieldArg('groupBy', () => [ENUMS.IncidentDimension], {
    description: `Dimensions to group by, in order, at most ${MAX_ITEMS.dimensions}; an empty list counts everything.`,
  })
  incidentStatistics({
    filter,
    groupBy,
  }: Planned<{ filter?: IncidentFilter | null; groupBy: IncidentDimension[] }>): Read {
    return statistics(filter, groupBy);
  }
}

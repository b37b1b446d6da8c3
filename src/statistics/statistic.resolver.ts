import { Arg, Query, Resolver } from 'type-graphql';
import { RequiresScope } from '../access/guard.js';
import { IncidentFilter } from '../incidents/incident.inputs.js';
import { ENUMS } from '../labels/enums.js';
import type { IncidentDimension } from '../labels/vocabularies.js';
import type { Planned } from '../read/arguments.js';
import type { Read } from '../read/model.js';
import { statistics } from './statistic.read.js';
import { IncidentStatistic } from './statistic.type.js';

@Resolver()
export class StatisticResolver {
  @Query(() => [IncidentStatistic], {
    description:
      'Numbers of incidents the viewer sees, grouped by any combination of dimensions, sorted by their keys.',
  })
  @RequiresScope('statistics:read')
  incidentStatistics(
    @Arg('filter', () => IncidentFilter, {
      nullable: true,
      description: 'Only incidents that meet these conditions.',
    })
    filter: Planned<IncidentFilter> | null | undefined,
    @Arg('groupBy', () => [ENUMS.IncidentDimension], {
      description: 'What to group by, in order; an empty list counts everything.',
    })
    groupBy: IncidentDimension[],
  ): Read {
    return statistics(filter, groupBy);
  }
}

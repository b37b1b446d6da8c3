import { ArgsType, Field, Resolver } from 'type-graphql';
import type { Locale } from '../../domain/locale.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { DateScalar } from '../../graphql-types/scalars.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArgs } from '../../planner/field-arguments.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { dailyReport } from './daily-report.read.js';
import { DailyReport } from './daily-report.type.js';

@ArgsType()
class DailyReportArgs {
  @Field(() => DateScalar, { description: 'The day, in Baku.' })
  date!: string;

  @Field(() => [ENUMS.Locale], {
    description: 'Languages of the report, in the order in which they are printed.',
  })
  locales!: Locale[];
}

@Resolver()
export class DailyReportResolver {
  @PlannedQuery(() => DailyReport, {
    description:
      "The Centre's report for a day, as far as the viewer sees it. Its totals need the scope statistics:read as well, places and provisions reference:read.",
  })
  @RequiresScope('incident:read')
  @FieldArgs(() => DailyReportArgs)
  dailyReport({ date, locales }: Planned<DailyReportArgs>): Read {
    return dailyReport(date, locales);
  }
}

import { Args, ArgsType, Field, Query, Resolver } from 'type-graphql';
import { RequiresScope } from '../access/guard.js';
import { ENUMS } from '../labels/enums.js';
import type { Locale } from '../labels/locale.js';
import type { Planned } from '../read/arguments.js';
import type { Read } from '../read/model.js';
import { DateScalar } from '../scalars.js';
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
  @Query(() => DailyReport, {
    description:
      "The Centre's report for a day, as far as the viewer sees it. Its totals need the scope statistics:read as well, places and provisions reference:read.",
  })
  @RequiresScope('incident:read')
  dailyReport(@Args(() => DailyReportArgs) { date, locales }: Planned<DailyReportArgs>): Read {
    return dailyReport(date, locales);
  }
}

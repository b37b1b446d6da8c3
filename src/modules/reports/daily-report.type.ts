import { Field, ObjectType } from 'type-graphql';
import { COST } from '../../domain/limits.js';
import type { Locale } from '../../domain/locale.js';
import type { Audience, Nation } from '../../domain/scopes.js';
import type { Verdict } from '../../domain/vocabularies.js';
import { ENUMS } from '../../graphql-types/enums.js';
import { InLocale } from '../../graphql-types/in-locale.js';
import { DateScalar } from '../../graphql-types/scalars.js';
import { Provision, ProvisionDeadline } from '../agreements/agreement.entity.js';
import { Incident } from '../incidents/incident.entity.js';
import { IncidentStatistic } from '../statistics/statistic.type.js';

@ObjectType({ description: 'Headings of a daily report, in one of its languages.' })
class DailyReportText {
  @Field(() => ENUMS.Locale, { description: 'The language.' })
  locale!: Locale;

  @Field(() => String, { description: 'Title of the report.' })
  title!: string;

  @Field(() => String, {
    description: 'How many incidents there are, or that there is nothing to report.',
    complexity: COST.composed,
  })
  summary!: string;

  @Field(() => String, { description: 'Who may see the report, in words.', complexity: COST.composed })
  marking!: string;
}

@ObjectType({ description: 'What a report says about an incident, in one of its languages.' })
class DailyReportDigest {
  @Field(() => ENUMS.Locale, { description: 'The language.' })
  locale!: Locale;

  @Field(() => String, { description: 'The digest of the incident.', complexity: COST.composed })
  text!: string;
}

@ObjectType({ description: 'State of the assessment by one joint-command nation.' })
class DailyReportAssessment {
  @Field(() => ENUMS.Nation, { description: 'The nation.' })
  nation!: Nation;

  @Field(() => String, { description: 'The nation, as a label.' })
  @InLocale()
  nationLabel!: string;

  @Field(() => ENUMS.Verdict, {
    nullable: true,
    description: 'Its latest verdict on the current version; null while it has given none.',
  })
  verdict!: Verdict | null;

  @Field(() => String, { description: 'The verdict as a label, or that there is none yet.' })
  @InLocale()
  verdictLabel!: string;
}

@ObjectType({ description: 'An incident in a daily report.' })
class DailyReportEntry {
  @Field(() => Incident, { description: 'The incident.' })
  incident!: Incident;

  @Field(() => [DailyReportDigest], { description: 'Its digest in each language of the report.' })
  digests!: DailyReportDigest[];

  @Field(() => [DailyReportAssessment], { description: 'The assessment of both joint-command nations.' })
  assessments!: DailyReportAssessment[];
}

@ObjectType({ description: 'A deadline of a provision.' })
class DailyReportDeadline {
  @Field(() => Provision, { description: 'The provision that sets it.' })
  provision!: Provision;

  @Field(() => ProvisionDeadline, { description: 'The deadline.' })
  deadline!: ProvisionDeadline;
}

@ObjectType({
  description:
    "The Centre's joint report for a day in Baku: what this viewer sees of it, in several languages side by side.",
})
export class DailyReport {
  @Field(() => DateScalar, { description: 'The day.' })
  date!: string;

  @Field(() => [ENUMS.Locale], { description: 'The languages of the report, in order.' })
  locales!: Locale[];

  @Field(() => [ENUMS.Audience], {
    description:
      "Who may see every part of this report. For a record whose audiences are hidden from the viewer, only the viewer's own counts.",
  })
  marking!: Audience[];

  @Field(() => String, {
    description: "The marking as it is printed: 'TUR RUS', or 'PUBLIC' where everybody may see it.",
  })
  markingText!: string;

  @Field(() => Boolean, {
    description: 'Nothing happened on the day, nothing was under way, and no deadline fell on it.',
  })
  isEmpty!: boolean;

  @Field(() => [DailyReportText], { description: 'Headings of the report, in each of its languages.' })
  texts!: DailyReportText[];

  @Field(() => IncidentStatistic, { description: 'All incidents of the day.' })
  total!: IncidentStatistic;

  @Field(() => [IncidentStatistic], { description: 'The incidents of the day by category.' })
  byCategory!: IncidentStatistic[];

  @Field(() => [IncidentStatistic], { description: 'The incidents of the day by district.' })
  byDistrict!: IncidentStatistic[];

  @Field(() => [DailyReportEntry], {
    description:
      'Incidents that happened, or began, on the day, the earliest first. Those of which only the month is known are in no daily report.',
  })
  entries!: DailyReportEntry[];

  @Field(() => [DailyReportEntry], {
    description: 'Incidents that began before the day and were still under way on it, the earliest first.',
  })
  ongoing!: DailyReportEntry[];

  @Field(() => [Provision], { description: 'Provisions that the incidents of the day concern.' })
  provisions!: Provision[];

  @Field(() => [DailyReportDeadline], { description: 'Deadlines planned for, moved to, or met on the day.' })
  deadlines!: DailyReportDeadline[];
}

import { Field, Int, ObjectType } from 'type-graphql';
import { InLocale } from '../../graphql-types/in-locale.js';

@ObjectType({ description: 'One group of incidents; `keys` follow the order of groupBy.' })
export class IncidentStatistic {
  @Field(() => [String], {
    description:
      'What the group has in common: codes, a place code for DISTRICT, and for DAY, MONTH and YEAR the date in Baku as 2022-03-09, 2022-03 and 2022. NONE where an incident has no district.',
  })
  keys!: string[];

  @Field(() => [String], { description: 'The keys as labels.' })
  @InLocale()
  labels!: string[];

  @Field(() => Int, { description: 'Number of incidents the viewer sees in the group.' })
  count!: number;

  @Field(() => Int, { description: 'Sum of the known numbers killed.' })
  killed!: number;

  @Field(() => Int, { description: 'Sum of the known numbers wounded.' })
  wounded!: number;
}

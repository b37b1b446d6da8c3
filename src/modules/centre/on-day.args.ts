import { ArgsType, Field } from 'type-graphql';
import { DateScalar } from '../../graphql-types/scalars.js';

@ArgsType()
export class OnDayArgs {
  @Field(() => DateScalar, {
    nullable: true,
    description: 'The day in Baku; today when not given.',
  })
  on?: string | null;
}

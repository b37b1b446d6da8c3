import { GraphQLString } from 'graphql';
import { Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArg } from '../../planner/field-arguments.js';
import { many, one } from '../../planner/fields.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { sql } from '../../planner/sql.js';
import { Agreement, Provision } from './agreement.entity.js';
import { agreementRead, provisionRead } from './agreement.read.js';

@Resolver()
export class AgreementResolver {
  @PlannedQuery(() => [Agreement], { description: 'All agreements by the day they were signed.' })
  @RequiresScope('reference:read')
  agreements(): Read {
    return many(
      agreementRead,
      () => sql`true`,
      (row) => sql`${row('signed_on')}, ${row('key')}`,
    );
  }

  @PlannedQuery(() => Agreement, {
    nullable: true,
    description: 'One agreement, or null when there is none of that code.',
  })
  @RequiresScope('reference:read')
  @FieldArg('code', () => GraphQLString, {
    description: 'Code of the agreement, such as trilateral-statement-2020.',
  })
  agreement({ code }: Planned<{ code: string }>): Read {
    return one(agreementRead, (row) => sql`${row('code')} = ${code}`);
  }

  @PlannedQuery(() => Provision, {
    nullable: true,
    description: 'One provision, or null when there is none of that code.',
  })
  @RequiresScope('reference:read')
  @FieldArg('code', () => GraphQLString, {
    description: 'Code of the provision, such as trilateral-statement-2020/6.',
  })
  provision({ code }: Planned<{ code: string }>): Read {
    return one(provisionRead, (row) => sql`${row('code')} = ${code}`);
  }
}

import { Resolver } from 'type-graphql';
import { RequiresScope } from '../../graphql-types/guard.js';
import { notNull, one } from '../../planner/fields.js';
import type { Read } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { raw } from '../../planner/sql.js';
import { Centre } from './centre.entity.js';
import { centreRead } from './centre.read.js';

@Resolver()
export class CentreResolver {
  @PlannedQuery(() => Centre, { description: 'The Centre itself.' })
  @RequiresScope('reference:read')
  centre(): Read {
    return (context) => notNull(one(centreRead, () => raw('true'))(context), 'Centre');
  }
}

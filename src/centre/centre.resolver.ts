import { Query, Resolver } from 'type-graphql';
import { RequiresScope } from '../access/guard.js';
import { one, present } from '../read/fields.js';
import type { Read } from '../read/model.js';
import { raw } from '../read/sql.js';
import { Centre } from './centre.entity.js';
import { centreRead } from './centre.read.js';

@Resolver()
export class CentreResolver {
  @Query(() => Centre, { description: 'The Centre itself.' })
  @RequiresScope('reference:read')
  centre(): Read {
    return (step) => present(one(centreRead, () => raw('true'))(step), 'Centre');
  }
}

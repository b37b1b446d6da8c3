import { Query, Resolver } from 'type-graphql';
import { RequiresScope } from '../access/guard.js';
import { required } from '../read/fields.js';
import type { Read } from '../read/model.js';
import { sql } from '../read/sql.js';
import { Centre } from './centre.entity.js';
import { centreRead } from './centre.read.js';

@Resolver()
export class CentreResolver {
  @Query(() => Centre, { description: 'The Centre itself.' })
  @RequiresScope('reference:read')
  centre(): Read {
    return required(centreRead, () => sql`true`);
  }
}

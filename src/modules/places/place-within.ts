import type { PlanContext } from '../../planner/model.js';
import { type Param, type Sql, sql } from '../../planner/sql.js';
import { placeRead } from './place.read.js';

/** Keys of the places with these codes and of the settlements inside them, as an array. */
export function keysWithin(context: PlanContext, codes: Param): Sql {
  context.requireKnown(placeRead, codes, 'place');
  const parents = context.rows(placeRead, (parent) => sql`${parent('code')} = any(${codes})`);
  const within = context.rows(
    placeRead,
    (place) =>
      sql`(${place('code')} = any(${codes}) or ${place('parent_key')} in (select ${parents.row('key')} ${parents.from}))`,
  );
  return sql`array(select ${within.row('key')} ${within.from})`;
}

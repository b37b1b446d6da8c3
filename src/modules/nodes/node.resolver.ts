import { GraphQLID } from 'graphql';
import { Resolver } from 'type-graphql';
import { CodedError } from '../../common/errors.js';
import { MAX_NODE_IDS } from '../../domain/limits.js';
import { RequiresScope } from '../../graphql-types/guard.js';
import { Node } from '../../graphql-types/node.type.js';
import type { Planned } from '../../planner/arguments.js';
import { FieldArg } from '../../planner/field-arguments.js';
import { one } from '../../planner/fields.js';
import type { PlanContext, Read, ReadType } from '../../planner/model.js';
import { PlannedQuery } from '../../planner/planned-field.js';
import { join, literal, raw, type Sql, sql } from '../../planner/sql.js';
import { agreementRead, provisionRead } from '../agreements/agreement.read.js';
import { incidentRead } from '../incidents/read/incident.read.js';
import { officialRead } from '../officials/official.read.js';
import { partyRead } from '../parties/party.read.js';
import { placeRead } from '../places/place.read.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The types with global ids, the column their ids hold, and its type in PostgreSQL. */
const NODE_TYPES: readonly {
  readonly type: ReadType;
  readonly column: string;
  readonly pgType: 'text' | 'uuid';
}[] = [
  { type: partyRead, column: 'code', pgType: 'text' },
  { type: officialRead, column: 'code', pgType: 'text' },
  { type: agreementRead, column: 'code', pgType: 'text' },
  { type: provisionRead, column: 'code', pgType: 'text' },
  { type: placeRead, column: 'code', pgType: 'text' },
  { type: incidentRead, column: 'key', pgType: 'uuid' },
];

@Resolver()
export class NodeResolver {
  @PlannedQuery(() => Node, {
    nullable: true,
    description: 'The object of this id, or null when the viewer sees none.',
  })
  @RequiresScope('reference:read')
  @FieldArg('id', () => GraphQLID, { description: 'Global id of the object.' })
  node({ id }: Planned<{ id: string }>): Read {
    return (context) =>
      ofAnyType(
        context,
        (typeName, pgType) => sql`${id.as(pgType, (value) => keyWithin(typeName, pgType, value))}`,
      );
  }

  @PlannedQuery(() => [Node], {
    nullable: 'items',
    description: `The objects of these ids in the same order, with null where the viewer sees none; at most ${MAX_NODE_IDS}.`,
  })
  @RequiresScope('reference:read')
  @FieldArg('ids', () => [GraphQLID], { description: 'Global ids of the objects.' })
  nodes({ ids }: Planned<{ ids: string[] }>): Read {
    return (context) => {
      const alias = context.alias();
      const columns = NODE_TYPES.map(
        ({ type, pgType }) => sql`${ids.as(`${pgType}[]`, (value) => keysWithin(type.name, pgType, value))}`,
      );
      const names = NODE_TYPES.map(({ type }) => type.name.toLowerCase());
      const object = ofAnyType(context, (typeName) => raw(`${alias}.${typeName.toLowerCase()}`));
      return sql`concat('[', array_to_string(array(select coalesce(${object}, 'null') from unnest(${join(columns, ', ')}) with ordinality ${raw(alias)}(${raw(names.join(', '))}, n) order by ${raw(alias)}.n), ','), ']')`;
    };
  }
}

/** The object whose key is not null, of any type. */
function ofAnyType(context: PlanContext, keyOf: (typeName: string, pgType: 'text' | 'uuid') => Sql): Sql {
  const readable = NODE_TYPES.filter(({ type }) => context.mayRead(type));
  if (readable.length === 0) return literal('null');
  const candidates = readable.map(({ type, column, pgType }) =>
    one(type, (row) => sql`${row(column)} = ${keyOf(type.name, pgType)}`)(context),
  );
  return sql`coalesce(${join(candidates, ', ')})`;
}

/** The key in an id of this type, otherwise null. Hidden, absent and malformed ids look the same. */
function keyWithin(typeName: string, pgType: 'text' | 'uuid', id: unknown): string | null {
  const prefix = `${typeName}:`;
  if (typeof id !== 'string' || !id.startsWith(prefix) || id.includes('\u0000')) return null;
  const key = id.slice(prefix.length);
  return pgType === 'text' || UUID.test(key) ? key : null;
}

function keysWithin(typeName: string, pgType: 'text' | 'uuid', ids: unknown): (string | null)[] {
  if (!Array.isArray(ids)) return [];
  if (ids.length > MAX_NODE_IDS) {
    throw new CodedError('BAD_USER_INPUT', {
      reason: 'TOO_MANY_VALUES',
      variables: { maximum: MAX_NODE_IDS },
      extensions: { argument: 'ids' },
    });
  }
  return ids.map((id) => keyWithin(typeName, pgType, id));
}

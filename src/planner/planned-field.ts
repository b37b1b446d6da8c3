import type { GraphQLField } from 'graphql';
import { Extensions, FieldResolver, Query, Subscription } from 'type-graphql';
import type { Field, Read } from './model.js';

/**
 * Decorators of fields that are compiled to SQL. The decorated method is a plan, not a resolver:
 *
 * - It is called while a statement is compiled, with the field's arguments as the plan sees them
 *   (`Planned<…>`, see arguments.ts), and answers at once with a {@link Read}. Any other method, such as an
 *   async one, does not compile.
 * - The answer must follow from the arguments alone, because statements are cached and shared.
 * - It is called without an instance. graphql-js never runs it: the class keeps a method that throws.
 */

/** Makes the read of a root field from its planned arguments. */
// biome-ignore lint/suspicious/noExplicitAny: each declaration names the arguments its own field takes
type RootPlan = (args: any) => Read;

type PlanDecorator<Plan> = <Method extends Plan>(
  prototype: object,
  name: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

type ReturnType = Parameters<typeof FieldResolver>[0];
type Options = Parameters<typeof FieldResolver>[1];

/** Wraps a plan in the extensions of a schema field. */
class PlannedRoot {
  constructor(readonly plan: RootPlan) {}
}
class PlannedMember {
  constructor(readonly plan: Field) {}
}

/** A field of Query that is read from the database. */
export function PlannedQuery(returnType: NonNullable<ReturnType>, options: Options): PlanDecorator<RootPlan> {
  return planned(Query(returnType, options), (plan: RootPlan) => new PlannedRoot(plan));
}

/** A field of Subscription whose events are read from the database. */
export function PlannedSubscription(
  returnType: NonNullable<ReturnType>,
  options: Options,
): PlanDecorator<RootPlan> {
  const subscribe = (): never => {
    throw new Error('Subscriptions are answered by the subscription executor');
  };
  return planned(
    Subscription(returnType, { ...options, subscribe }),
    (plan: RootPlan) => new PlannedRoot(plan),
  );
}

/** A field that a module adds to another module's type, in a class `@Resolver(() => ThatType)`. */
export function PlannedField(returnType: NonNullable<ReturnType>, options: Options): PlanDecorator<Field> {
  return planned(FieldResolver(returnType, options), (plan: Field) => new PlannedMember(plan));
}

function planned<Plan extends RootPlan | Field>(
  declare: MethodDecorator,
  carry: (plan: Plan) => PlannedRoot | PlannedMember,
): PlanDecorator<Plan> {
  return <Method extends Plan>(
    prototype: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ) => {
    const { value } = descriptor;
    if (value === undefined) throw new Error(`${name} is not a method`);
    declare(prototype, name, descriptor);
    Extensions({ planned: carry(value) })(prototype, name, descriptor);
    Object.assign(descriptor, { value: neverResolved(name) });
  };
}

function neverResolved(name: string): () => never {
  return () => {
    throw new Error(`${name} is compiled to SQL and has no resolver`);
  };
}

/** The plan of a root field; null if it is not planned. */
export function rootPlanOf(field: GraphQLField<unknown, unknown>): RootPlan | null {
  const { planned: carried } = field.extensions;
  return carried instanceof PlannedRoot ? carried.plan : null;
}

/** The plan of a field that was added to a type by {@link PlannedField}; null for other fields. */
export function memberPlanOf(field: GraphQLField<unknown, unknown>): Field | null {
  const { planned: carried } = field.extensions;
  return carried instanceof PlannedMember ? carried.plan : null;
}

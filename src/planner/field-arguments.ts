import { Args } from 'type-graphql';

/** Gives a field that is read by SQL the arguments of an arguments class. */
export function FieldArgs(argumentsClass: () => new () => object): PropertyDecorator {
  return (prototype, key) => Args(argumentsClass)(prototype, key, 0);
}

/** Adds a field to an object type that another slice owns, by the decorators it would carry there. */
export function addField(
  type: { prototype: object },
  name: string,
  ...decorators: readonly PropertyDecorator[]
): void {
  for (const decorate of decorators) decorate(type.prototype, name);
}

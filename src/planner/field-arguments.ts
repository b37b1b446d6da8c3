import { Arg, type ArgOptions, Args } from 'type-graphql';

/**
 * Arguments of fields that are compiled to SQL. They stand above a method or a property, because such a field
 * gets all of its arguments as one object.
 */
type FieldDecorator = (prototype: object, name: string | symbol) => void;

/** Gives a field one argument. */
export function FieldArg(name: string, type: () => object, options: ArgOptions): FieldDecorator {
  return (prototype, field) => Arg(name, type, options)(prototype, field, 0);
}

/** Gives a field the arguments of a class with `@ArgsType()`. */
export function FieldArgs(argumentsClass: () => new () => object): FieldDecorator {
  return (prototype, field) => Args(argumentsClass)(prototype, field, 0);
}

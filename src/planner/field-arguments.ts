import { Arg, type ArgOptions, Args } from 'type-graphql';

/**
 * Argument decorators of fields that are compiled to SQL, for methods and properties. Such a field receives all its
 * arguments as one object.
 */
type FieldDecorator = (prototype: object, name: string | symbol) => void;

/** Adds an argument to a field. */
export function FieldArg(name: string, type: () => object, options: ArgOptions): FieldDecorator {
  return (prototype, field) => Arg(name, type, options)(prototype, field, 0);
}

/** Adds the arguments of a class with `@ArgsType()` to a field. */
export function FieldArgs(argumentsClass: () => new () => object): FieldDecorator {
  return (prototype, field) => Args(argumentsClass)(prototype, field, 0);
}

import {
  type ASTVisitor,
  type DirectiveNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/**
 * A subscription selects one root field, none of introspection (GraphQL specification, 5.2.3.1). In place of the
 * rule of graphql-js 16, which throws on `@skip(if: $x)`: variables are not known here. A directive with a
 * variable leaves its field selected; whether it is, is seen when the operation runs.
 */
export function singleFieldSubscriptions(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ operation, name, selectionSet }) {
      if (operation !== 'subscription') return;
      const [first, ...others] = rootFields(context, selectionSet);
      const title = name ? `Subscription "${name.value}"` : 'Anonymous Subscription';
      if (others.length > 0) {
        report(context, `${title} must select only one top level field.`, others.flat());
      }
      for (const [field, ...more] of first ? [first, ...others] : []) {
        if (!field?.name.value.startsWith('__')) continue;
        report(context, `${title} must not select an introspection top level field.`, [field, ...more]);
      }
    },
  };
}

type Field = Extract<SelectionNode, { kind: Kind.FIELD }>;

function report(context: ValidationContext, message: string, nodes: readonly Field[]): void {
  context.reportError(new GraphQLError(message, { nodes }));
}

/** Selected root fields by response key. */
function rootFields(context: ValidationContext, set: SelectionSetNode): Field[][] {
  const groups = new Map<string, Field[]>();
  for (const field of fieldsOf(context, set, new Set())) {
    const key = field.alias?.value ?? field.name.value;
    groups.set(key, [...(groups.get(key) ?? []), field]);
  }
  return [...groups.values()];
}

/** The fields of a selection with its fragments spread, each once. */
function* fieldsOf(
  context: ValidationContext,
  { selections }: SelectionSetNode,
  spread: Set<string>,
): Generator<Field> {
  for (const selection of selections) {
    if (isLeftOut(selection)) continue;
    if (selection.kind === Kind.FIELD) yield selection;
    else if (selection.kind === Kind.INLINE_FRAGMENT)
      yield* fieldsOf(context, selection.selectionSet, spread);
    else yield* fieldsOf(context, fragmentOf(context, selection.name.value, spread), spread);
  }
}

const NOTHING: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

function fragmentOf(context: ValidationContext, name: string, spread: Set<string>): SelectionSetNode {
  if (spread.has(name)) return NOTHING;
  spread.add(name);
  return context.getFragment(name)?.selectionSet ?? NOTHING;
}

/** Whether `@skip(if: true)` or `@include(if: false)` leaves the selection out, whatever the variables are. */
function isLeftOut({ directives = [] }: SelectionNode): boolean {
  return directives.some((directive) => {
    const condition = conditionOf(directive);
    return directive.name.value === 'skip' ? condition === true : condition === false;
  });
}

function conditionOf({ name, arguments: given = [] }: DirectiveNode): boolean | null {
  if (name.value !== 'skip' && name.value !== 'include') return null;
  const value = given.find((argument) => argument.name.value === 'if')?.value;
  return value?.kind === Kind.BOOLEAN ? value.value : null;
}

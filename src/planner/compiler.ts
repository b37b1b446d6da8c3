import { type DocumentNode, type FieldNode, type GraphQLField, type GraphQLObjectType, Kind } from 'graphql';
import { CodedError } from '../common/errors.js';
import { MAX_ANSWER_BYTES } from '../domain/limits.js';
import { planArguments } from './arguments.js';
import type { Read } from './model.js';
import type { CompilerInput, OutlineField, Plan, PlanSource, PlanStatement, PlanViewer } from './plan.js';
import { rootPlanOf } from './planned-field.js';
import { collectFields, fragmentsOf, type SelectionContext } from './selection.js';
import { SelectionCompiler } from './selection-compiler.js';
import { join, literal, raw, render, type Sql, sql } from './sql.js';

/**
 * Compiles operations to SQL: selection, scopes of the viewer, and shape of the variables become one statement. It
 * does no I/O, and equal input gives an equal plan. Throws coded errors, with the path of the field, for arguments
 * that a plan rejects.
 */

/** A field whose value is a read of the caller, such as a written row. */
export interface FieldSelection {
  readonly field: GraphQLField<unknown, unknown>;
  /** Response key of the field. */
  readonly key: string;
  /** Every selection of the field that merges into the response key. */
  readonly nodes: readonly FieldNode[];
  readonly read: Read;
}

/** The plan of a query operation. */
export function compileOperation(input: CompilerInput): Plan {
  return withTypesWhereDenied((tagTypes) => queryPlan(input, tagTypes));
}

/** The plan of one field. Its statement has one column. */
export function compileField(input: CompilerInput, selection: FieldSelection): Plan {
  return withTypesWhereDenied((tagTypes) => fieldPlan(input, selection, tagTypes));
}

/** Completing an answer with denied fields needs the types of its objects. Other answers do without. */
function withTypesWhereDenied(compile: (tagTypes: boolean) => Plan): Plan {
  const plan = compile(false);
  return plan.outline === null ? plan : compile(true);
}

function queryPlan(input: CompilerInput, tagTypes: boolean): Plan {
  const { schema, source, viewer } = input;
  const query = schema.getQueryType();
  if (!query) throw new Error('The schema has no queries');
  const selection = selectionContext(input);
  const compiler = new SelectionCompiler(input, selection, tagTypes);
  const columns: Sql[] = [];
  const roots: { key: string; column: number | null }[] = [];
  const inMemory: FieldNode[] = [];
  const outline: OutlineField[] = [];
  for (const [key, nodes] of collectFields(selection, query, [source.operation.selectionSet])) {
    const [node] = nodes;
    if (!node) continue;
    const field = rootField(query, key, node, viewer);
    if (field === null) {
      inMemory.push(...nodes);
      roots.push({ key, column: null });
      continue;
    }
    const entry = compiler.outlineOf(key, node, field);
    outline.push(entry);
    if (field.extensions.answeredInMemory === true) {
      if (entry.deniedScope === null) inMemory.push(...nodes);
      roots.push({ key, column: null });
      continue;
    }
    roots.push({ key, column: columns.length });
    columns.push(rootColumn(compiler, selection, field, nodes, entry));
  }
  return {
    statement: columns.length === 0 ? null : limitedStatementOf(columns, compiler),
    roots,
    inMemory: inMemory.length === 0 ? null : reducedDocument(source, inMemory),
    outline: compiler.hasDenied ? outline : null,
    readsReference: compiler.readsReference,
  };
}

/** Null for introspection fields, which are denied if the viewer may not introspect. */
function rootField(
  query: GraphQLObjectType,
  key: string,
  node: FieldNode,
  { mayIntrospect }: PlanViewer,
): GraphQLField<unknown, unknown> | null {
  const { value: name } = node.name;
  const field = query.getFields()[name];
  if (!field && !mayIntrospect && name !== '__typename') {
    throw new CodedError('FORBIDDEN', { extensions: { scope: 'schema:introspect' } }).within(key, node);
  }
  return field ?? null;
}

function rootColumn(
  compiler: SelectionCompiler,
  { variables }: SelectionContext,
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
  entry: OutlineField,
): Sql {
  if (entry.deniedScope !== null) return literal('null');
  const plan = rootPlanOf(field);
  if (plan === null) throw new Error(`Query.${field.name} is not planned`);
  try {
    return compiler.field(field, nodes, plan(planArguments(field, entry.node, variables)), entry.children);
  } catch (error) {
    return compiler.denyOrThrow(error, entry);
  }
}

function fieldPlan(
  input: CompilerInput,
  { field, key, nodes, read }: FieldSelection,
  tagTypes: boolean,
): Plan {
  const [node] = nodes;
  if (!node) throw new Error(`${field.name} is not selected`);
  const compiler = new SelectionCompiler(input, selectionContext(input), tagTypes);
  const entry = compiler.outlineOf(key, node, field);
  const isDenied = entry.deniedScope !== null;
  const json = isDenied ? literal('null') : compiler.field(field, nodes, read, entry.children);
  return {
    statement: statementOf([json], compiler),
    roots: [{ key, column: 0 }],
    inMemory: null,
    outline: compiler.hasDenied ? [entry] : null,
    readsReference: compiler.readsReference,
  };
}

/**
 * A statement whose columns are all empty where the answer is too large: PostgreSQL counts the bytes, so that the
 * server never holds them. OFFSET keeps the columns from being computed twice.
 */
function limitedStatementOf(columns: readonly Sql[], compiler: SelectionCompiler): PlanStatement {
  const names = columns.map((_column, index) => raw(`c${index}`));
  const texts = columns.map((column, index) => sql`(${column})::text as ${raw(`c${index}`)}`);
  const bytes = join(
    names.map((name) => sql`coalesce(octet_length(${name}), 0)`),
    ' + ',
  );
  const limited = names.map(
    (name) => sql`case when ${bytes} <= ${raw(String(MAX_ANSWER_BYTES))} then ${name} else '' end`,
  );
  return {
    ...render(sql`select ${join(limited, ', ')} from (select ${join(texts, ', ')} offset 0) answer`),
    isHeavy: compiler.isHeavy,
    compositions: compiler.compositions,
    references: compiler.references,
  };
}

function statementOf(
  columns: readonly Sql[],
  { isHeavy, compositions, references }: SelectionCompiler,
): PlanStatement {
  return { ...render(sql`select ${join(columns, ', ')}`), isHeavy, compositions, references };
}

function selectionContext({ schema, source: { document, variables } }: CompilerInput): SelectionContext {
  return { schema, fragments: fragmentsOf(document), variables };
}

/** The document reduced to these root fields of the operation. */
function reducedDocument({ document, operation }: PlanSource, fields: readonly FieldNode[]): DocumentNode {
  const selectionSet = { kind: Kind.SELECTION_SET, selections: fields } as const;
  return {
    kind: Kind.DOCUMENT,
    definitions: document.definitions.flatMap((definition) => {
      if (definition === operation) return [{ ...operation, selectionSet }];
      const { kind } = definition;
      return kind === Kind.FRAGMENT_DEFINITION || kind === Kind.OPERATION_DEFINITION ? [definition] : [];
    }),
  };
}

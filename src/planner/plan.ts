import type {
  DocumentNode,
  FieldNode,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';
import type { Locale } from '../domain/locale.js';
import type { Audience, Scope } from '../domain/scopes.js';
import type { Composition } from './composition.js';
import type { Model } from './model.js';
import type { ReferenceArgument } from './references.js';
import type { Param, Variables } from './sql.js';

/** A valid operation of a client. */
export interface PlanSource {
  /** Identifies document and operation. */
  readonly operationKey: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced, see execution/variables.ts. */
  readonly variables: Variables;
}

/** The properties of the viewer that a plan depends on. */
export interface PlanViewer {
  readonly audience: Audience;
  readonly locale: Locale;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether introspection is allowed. */
  readonly mayIntrospect: boolean;
}

/** Input of the compiler. */
export interface CompilerInput {
  readonly schema: GraphQLSchema;
  readonly model: Model;
  readonly source: PlanSource;
  readonly viewer: PlanViewer;
  /** Whether the statement holds reference data as constants: see constants.ts. */
  readonly withConstants: boolean;
}

/** A selected field, as completion.ts needs it if fields are denied. */
export interface OutlineField {
  /** Response key. */
  readonly key: string;
  readonly node: FieldNode;
  readonly type: GraphQLOutputType;
  /** The scope that the viewer lacks for the field, whose value is then null. */
  deniedScope: Scope | null;
  /** Sub-selections by object type. */
  readonly children: Map<string, OutlineField[]>;
}

/** An operation, or one field of it, compiled for one kind of viewer and one shape of variables. */
export interface Plan {
  /**
   * A statement that returns one row, with a column of JSON text for each root field. Null if no root field is read.
   */
  readonly statement: PlanStatement | null;
  /** Response keys in order, with their columns. The column is null for fields that graphql-js resolves. */
  readonly roots: readonly { readonly key: string; readonly column: number | null }[];
  /** The operation reduced to the root fields that graphql-js resolves: introspection and the viewer. */
  readonly inMemory: DocumentNode | null;
  /** The selected fields, if any of them is denied. */
  readonly outline: readonly OutlineField[] | null;
  /** Whether the statement reads reference data or holds it as constants. */
  readonly readsReference: boolean;
}

export interface PlanStatement {
  readonly text: string;
  readonly params: readonly Param[];
  /** Whether it runs in the heavy pool. */
  readonly isHeavy: boolean;
  /** Compositions of the answer: see composition.ts. */
  readonly compositions: readonly Composition[];
  /** Codes of reference data in the arguments, which are checked before the statement runs. */
  readonly references: readonly ReferenceArgument[];
}

/** Key of the type name in objects, if the outline needs it. No GraphQL name can be equal. */
export const TYPE_KEY = '#type';

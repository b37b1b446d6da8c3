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
import type { Param, Variables } from './sql.js';

/** One operation as a client sent it, valid for the schema. */
export interface PlanSource {
  /** Names document and operation: equal keys, equal operations. */
  readonly operationKey: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced, see execution/variables.ts. */
  readonly variables: Variables;
}

/** The viewer as far as a plan depends on it. */
export interface PlanViewer {
  readonly audience: Audience;
  readonly locale: Locale;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether `__schema` and `__type` are answered. */
  readonly mayIntrospect: boolean;
}

/** What a plan is compiled from. */
export interface CompilerInput {
  readonly schema: GraphQLSchema;
  readonly model: Model;
  readonly source: PlanSource;
  readonly viewer: PlanViewer;
  /** Whether the statement carries reference data as constants: see constants.ts. */
  readonly withConstants: boolean;
}

/** A selected field, with what completion.ts needs when fields of the answer are denied. */
export interface OutlineField {
  /** Response key. */
  readonly key: string;
  readonly node: FieldNode;
  readonly type: GraphQLOutputType;
  /** The scope that the viewer lacks for the field; its value is then null. */
  deniedScope: Scope | null;
  /** Sub-selections by object type. */
  readonly children: Map<string, OutlineField[]>;
}

/** An operation, or one field of it, compiled for one kind of viewer and one shape of variables. */
export interface Plan {
  /** One statement of one row: a column of JSON text for each root field that is read. Null when there is none. */
  readonly statement: PlanStatement | null;
  /** Response keys in order, with their column of the row; null for fields that graphql-js answers. */
  readonly roots: readonly { readonly key: string; readonly column: number | null }[];
  /** The operation reduced to the root fields that graphql-js answers: introspection and the viewer. */
  readonly inMemory: DocumentNode | null;
  /** The selected fields, when any of them is denied. */
  readonly outline: readonly OutlineField[] | null;
  /** Whether the statement looks up reference data, or carries it as constants. */
  readonly readsReference: boolean;
}

export interface PlanStatement {
  readonly text: string;
  readonly params: readonly Param[];
  /** It must not run on the connections for quick statements. */
  readonly isHeavy: boolean;
  /** What JavaScript adds to the answer: see composition.ts. */
  readonly compositions: readonly Composition[];
}

/** Key under which an object names its type where the outline needs it; no GraphQL name can collide. */
export const TYPE_KEY = '#type';

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { CodedError } from '../common/errors.js';
import type { Locale } from '../domain/locale.js';
import { type Audience, SCOPES, type Scope } from '../domain/scopes.js';
import { scopeRequiredBy } from '../graphql-types/guard.js';
import { planArguments } from './arguments.js';
import { awaiting, type Composition } from './composition.js';
import { constantAt, constantTexts } from './constants.js';
import { notNull } from './fields.js';
import {
  type Fields,
  isRead,
  type LinkType,
  type Model,
  type PlanContext,
  type Read,
  type ReadType,
  type Row,
} from './model.js';
import { collectFields, type SelectionContext } from './selection.js';
import {
  all,
  concatenated,
  isLiteral,
  join,
  literal,
  Param,
  raw,
  render,
  type Sql,
  sql,
  type Variables,
} from './sql.js';

/** What a statement is compiled for; equal terms share a plan. */
export interface PlanTerms {
  readonly audience: Audience;
  readonly locale: Locale;
  readonly scopes: ReadonlySet<Scope>;
  /** Whether `__schema` and `__type` are answered. */
  readonly mayIntrospect: boolean;
}

/** A selected field as it must be completed when fields beside it were refused. */
export interface OutlineField {
  readonly key: string;
  readonly node: FieldNode;
  readonly type: GraphQLOutputType;
  /** The scope the viewer lacks for it. */
  refused: Scope | null;
  /** Sub-selections by object type. */
  readonly children: Map<string, OutlineField[]>;
}

/** One operation for one kind of viewer, compiled. */
export interface Plan {
  /** One statement of one row: a text column for each root field that is read. Null when there is none. */
  readonly statement: {
    readonly text: string;
    readonly params: readonly Param[];
    readonly isHeavy: boolean;
    /** What is still to be done with its answer: see composition.ts. */
    readonly compositions: readonly Composition[];
  } | null;
  /** Response keys in order, with the column they come from, or null for those graphql-js answers. */
  readonly roots: readonly { readonly key: string; readonly column: number | null }[];
  /** The operation cut down to root fields without SQL: introspection and the viewer. */
  readonly inMemory: DocumentNode | null;
  /** Set when a selected field was refused: how to place nulls and errors. */
  readonly outline: readonly OutlineField[] | null;
  /** Whether the statement looks up reference data that it could carry as constants. */
  readonly readsReference: boolean;
}

/** Key under which an object says its type where the outline needs it; no GraphQL name can collide. */
export const TYPE_KEY = '#type';

/** With `withConstants` the statement carries reference data as constants. */
export async function compile(
  schema: GraphQLSchema,
  model: Model,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  terms: PlanTerms,
  variables: Variables,
  withConstants: boolean,
): Promise<Plan> {
  const compiler = (tagTypes: boolean): Compiler =>
    new Compiler(schema, model, document, operation, terms, variables, tagTypes, withConstants);
  const plan = await compiler(false).plan();
  return plan.outline === null ? plan : compiler(true).plan();
}

/** A field outside of Query whose value is a read, such as what a mutation has written. */
export interface FieldSelection {
  readonly field: GraphQLField<unknown, unknown>;
  /** Every selection of the field that merges into one response key. */
  readonly nodes: readonly FieldNode[];
  readonly read: Read;
}

/** One field compiled by itself: a statement of one text, and where a selected field below was refused. */
export interface FieldPlan {
  readonly statement: NonNullable<Plan['statement']>;
  readonly outline: OutlineField | null;
}

export function compileField(
  schema: GraphQLSchema,
  model: Model,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  terms: PlanTerms,
  variables: Variables,
  selection: FieldSelection,
): FieldPlan {
  const plan = (tagTypes: boolean): FieldPlan =>
    new Compiler(schema, model, document, operation, terms, variables, tagTypes, false).fieldPlan(selection);
  const plain = plan(false);
  return plain.outline === null ? plain : plan(true);
}

class Compiler {
  private readonly scene: SelectionContext;
  private readonly compositions: Composition[] = [];
  private aliases = 0;
  private isHeavy = false;
  private hasRefusals = false;
  private readsReference = false;
  /** Whether anything was read that a constant cannot hold: other rows than reference data, or an input. */
  private isLive = false;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly model: Model,
    private readonly document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly terms: PlanTerms,
    variables: Variables,
    private readonly tagTypes: boolean,
    private withConstants: boolean,
  ) {
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
    this.scene = { schema, fragments, variables };
  }

  async plan(): Promise<Plan> {
    const query = this.schema.getQueryType();
    if (!query) throw new Error('The schema has no queries');
    const columns: Sql[] = [];
    const roots: { key: string; column: number | null }[] = [];
    const inMemory: FieldNode[] = [];
    const outline: OutlineField[] = [];
    for (const [key, nodes] of collectFields(this.scene, query, [this.operation.selectionSet])) {
      const [node] = nodes;
      if (!node) continue;
      const field = query.getFields()[node.name.value];
      if (!field && !this.terms.mayIntrospect && node.name.value !== '__typename') {
        throw new CodedError('FORBIDDEN', { extensions: { scope: 'schema:introspect' } }).within(key, node);
      }
      if (!field || field.extensions.answeredInMemory) {
        const refused = field ? this.refusal(field) : null;
        if (field) outline.push(this.outlineOf(key, node, field, refused));
        if (refused === null) inMemory.push(...nodes);
        roots.push({ key, column: null });
        continue;
      }
      const entry = this.outlineOf(key, node, field, this.refusal(field));
      outline.push(entry);
      roots.push({ key, column: columns.length });
      columns.push(await this.root(query, field, nodes, entry));
    }
    return {
      statement: columns.length === 0 ? null : this.statement(columns),
      roots,
      inMemory: inMemory.length === 0 ? null : this.cutDown(inMemory),
      outline: this.hasRefusals ? outline : null,
      readsReference: this.readsReference,
    };
  }

  private statement(columns: readonly Sql[]): NonNullable<Plan['statement']> {
    return {
      ...render(sql`select ${join(columns, ', ')}`),
      isHeavy: this.isHeavy,
      compositions: this.compositions,
    };
  }

  fieldPlan({ field, nodes, read }: FieldSelection): FieldPlan {
    const [node] = nodes;
    if (!node) throw new Error(`${field.name} is not selected`);
    const entry = this.outlineOf(field.name, node, field, this.refusal(field));
    const json = entry.refused === null ? this.field(field, nodes, read, entry.children) : literal('null');
    return {
      statement: this.statement([json]),
      outline: this.hasRefusals ? entry : null,
    };
  }

  /** A root field: its type-graphql resolver says what to read. */
  private async root(
    query: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    entry: OutlineField,
  ): Promise<Sql> {
    const [node] = nodes;
    if (!node || !field.resolve) throw new Error(`Query.${field.name} has no resolver`);
    if (entry.refused !== null) return literal('null');
    try {
      const read: unknown = await field.resolve(
        undefined,
        planArguments(field, node, this.scene.variables),
        undefined,
        {
          fieldName: field.name,
          fieldNodes: nodes,
          returnType: field.type,
          parentType: query,
          path: { prev: undefined, key: entry.key, typename: query.name },
          schema: this.schema,
          fragments: Object.fromEntries(this.scene.fragments),
          rootValue: undefined,
          operation: this.operation,
          variableValues: { ...this.scene.variables },
        },
      );
      if (!isRead(read)) throw new Error(`Query.${field.name} does not answer with a read`);
      return this.field(field, nodes, read, entry.children);
    } catch (error) {
      return this.refuse(error, entry);
    }
  }

  private field(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    read: Read,
    children: OutlineField['children'],
  ): Sql {
    const json = read(this.context(field, nodes, children));
    return isNonNullType(field.type) || isLiteral(json) ? json : sql`coalesce(${json}, 'null')`;
  }

  private context(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    children: OutlineField['children'],
  ): PlanContext {
    const { audience, locale, scopes } = this.terms;
    return {
      audience,
      locale,
      object: (source, row) => this.object(field, nodes, source, row, children),
      byKey: (type, key) => this.byKey(field, nodes, type, key, children),
      rows: (type, where) => this.rows(type, where),
      rowsVia: (type, link, where) => this.rowsVia(type, link, where),
      mayRead: (type) => type.scope === null || scopes.has(type.scope),
      maySee: (scope) => scopes.has(scope),
      alias: () => this.alias(),
      compose: (parts, composition) => {
        this.isLive = true;
        return awaiting(this.compositions.push(composition) - 1, parts);
      },
      heavy: () => {
        this.isHeavy = true;
      },
    };
  }

  private byKey(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    type: ReadType,
    key: Sql,
    children: OutlineField['children'],
  ): Sql {
    const object = (row: Row): Sql => this.object(field, nodes, type, row, children);
    if (isReference(type)) {
      this.readsReference = true;
      const constant = this.constant(type, object);
      if (constant) return constantAt(constant, key);
    }
    const { row, from } = this.rows(type, (candidate) => sql`${candidate('key')} = ${key}`);
    return sql`(select ${object(row)} ${from})`;
  }

  /** The objects of a type as a constant array by key, where there is nothing live in them. */
  private constant(type: ReadType, object: (row: Row) => Sql): Sql | null {
    const { withConstants, isLive } = this;
    if (!withConstants) return null;
    this.withConstants = false;
    this.isLive = false;
    const { row, from } = this.rows(type, () => raw('true'));
    const text = object(row);
    const isConstant = !this.isLive && !text.parts.some((part) => part instanceof Param);
    this.withConstants = withConstants;
    this.isLive = isLive || !isConstant;
    return isConstant ? constantTexts(row('key'), text, from) : null;
  }

  private rows(type: LinkType, where: (row: Row) => Sql): { row: Row; from: Sql } {
    const { row, table, rule } = this.table(type);
    return { row, from: sql`from ${table} where ${all([rule, where(row)])}` };
  }

  private rowsVia(
    type: LinkType,
    linkType: LinkType,
    where: (row: Row, link: Row) => Sql,
  ): { row: Row; link: Row; from: Sql } {
    const link = this.table(linkType);
    const { row, table, rule } = this.table(type);
    const conditions = all([link.rule, rule, where(row, link.row)]);
    return { row, link: link.row, from: sql`from ${link.table}, ${table} where ${conditions}` };
  }

  /** The only road to a table, and it carries the scope and the row rule. */
  private table(type: Pick<ReadType, 'scope' | 'rows'>): { row: Row; table: Sql; rule: Sql } {
    if (type.rows === 'partOfOwner') throw new Error('Parts of an owner have no rows of their own');
    if (type.scope !== null && !this.terms.scopes.has(type.scope)) {
      throw new CodedError('FORBIDDEN', { extensions: { scope: type.scope } });
    }
    if (!isReference(type)) this.isLive = true;
    const alias = this.alias();
    const row: Row = (column) => raw(`${alias}.${column}`);
    return { row, table: raw(`${type.rows.table} ${alias}`), rule: type.rows.rule(row, this.terms.audience) };
  }

  private object(
    owner: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    source: ReadType | Fields,
    row: Row,
    children: OutlineField['children'],
  ): Sql {
    const isType = isReadType(source);
    const objectType = isType ? this.schema.getType(source.name) : getNamedType(owner.type);
    if (!isObjectType(objectType)) throw new Error(`${owner.name} is not read as an object`);
    const fields: Fields = isType ? (this.model.get(source.name)?.fields ?? source.fields) : source;
    const outline: OutlineField[] = [];
    children.set(objectType.name, outline);
    const selectionSets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    const pieces: Sql[] = [];
    if (this.tagTypes) pieces.push(literal(`"${TYPE_KEY}":"${objectType.name}"`));
    for (const [key, group] of collectFields(this.scene, objectType, selectionSets)) {
      pieces.push(...this.member(objectType, fields, key, group, row, outline, pieces.length > 0));
    }
    // A field that is null against its promise must not take the object away unnoticed.
    return notNull(concatenated(literal('{'), ...pieces, literal('}')), objectType.name);
  }

  private member(
    objectType: GraphQLObjectType,
    fields: Fields,
    key: string,
    group: readonly FieldNode[],
    row: Row,
    outline: OutlineField[],
    needsComma: boolean,
  ): Sql[] {
    const [node] = group;
    if (!node) return [];
    const name = node.name.value;
    const comma = needsComma ? ',' : '';
    if (name === '__typename') return [literal(`${comma}"${key}":"${objectType.name}"`)];
    const field = objectType.getFields()[name];
    const declared = fields[name];
    if (!field || !declared) throw new Error(`${objectType.name}.${name} has no read`);
    const entry = this.outlineOf(key, node, field, this.refusal(field));
    outline.push(entry);
    if (entry.refused !== null) return [literal(`${comma}"${key}":null`)];
    try {
      const read = declared(row, planArguments(field, node, this.scene.variables));
      return [literal(`${comma}"${key}":`), this.field(field, group, read, entry.children)];
    } catch (error) {
      return [literal(`${comma}"${key}":`), this.refuse(error, entry)];
    }
  }

  /** A field whose arguments need a scope that the viewer lacks is refused; other errors end the request. */
  private refuse(error: unknown, entry: OutlineField): Sql {
    const scope = refusedScope(error);
    if (scope === null) throw located(error, entry.key, entry.node);
    entry.refused = scope;
    this.hasRefusals = true;
    return literal('null');
  }

  private refusal(field: GraphQLField<unknown, unknown>): Scope | null {
    const scope = scopeRequiredBy(field) ?? this.model.get(getNamedType(field.type).name)?.scope ?? null;
    if (scope === null || this.terms.scopes.has(scope)) return null;
    this.hasRefusals = true;
    return scope;
  }

  private outlineOf(
    key: string,
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
    refused: Scope | null,
  ): OutlineField {
    return { key, node, type: field.type, refused, children: new Map() };
  }

  private alias(): string {
    this.aliases += 1;
    return `t${this.aliases}`;
  }

  private cutDown(fields: readonly FieldNode[]): DocumentNode {
    const definitions = this.document.definitions.map((definition) =>
      definition === this.operation
        ? { ...this.operation, selectionSet: { kind: Kind.SELECTION_SET, selections: fields } as const }
        : definition,
    );
    return {
      kind: Kind.DOCUMENT,
      definitions: definitions.filter(
        (definition) =>
          definition.kind === Kind.FRAGMENT_DEFINITION || definition.kind === Kind.OPERATION_DEFINITION,
      ),
    };
  }
}

function isReadType(source: ReadType | Fields): source is ReadType {
  return typeof source.name === 'string';
}

/** Whether a type's rows may be carried as constants. */
function isReference({ rows }: Pick<ReadType, 'rows'>): boolean {
  return rows !== 'partOfOwner' && rows.isReference === true;
}

function refusedScope(error: unknown): Scope | null {
  if (!(error instanceof CodedError) || error.code !== 'FORBIDDEN') return null;
  return SCOPES.find((scope) => scope === error.extensions.scope) ?? null;
}

/** A coded error learns where in the response it belongs on its way up. */
function located(error: unknown, key: string, node: FieldNode): unknown {
  if (!(error instanceof CodedError)) return error;
  return error.within(key, node);
}

import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { CodedError } from '../common/errors.js';
import { SCOPES, type Scope } from '../domain/scopes.js';
import { scopeRequiredBy } from '../graphql-types/guard.js';
import { planArguments } from './arguments.js';
import { awaiting, type Composition } from './composition.js';
import { constantAt, constantTexts } from './constants.js';
import { notNull } from './fields.js';
import type { Fields, LinkType, PlanContext, Read, ReadType, Row } from './model.js';
import { type CompilerInput, type OutlineField, TYPE_KEY } from './plan.js';
import type { ReferenceArgument } from './references.js';
import { collectFields, type SelectionContext } from './selection.js';
import { all, concatenated, isLiteral, literal, Param, raw, type Sql, sql } from './sql.js';

/**
 * Compiles the selections of one statement: objects to the text of JSON objects, their fields by the reads of the
 * model. Tables are only available through {@link PlanContext}, so every statement has the scope check and the row
 * rule of each type it reads.
 */
export class SelectionCompiler {
  readonly compositions: Composition[] = [];
  readonly references: ReferenceArgument[] = [];
  private aliases = 0;
  private heavy = false;
  private denied = false;
  private reference = false;
  /** Whether anything was read that a constant cannot hold: rows other than reference data, or input. */
  private isLive = false;
  private withConstants: boolean;

  constructor(
    private readonly input: Pick<CompilerInput, 'schema' | 'model' | 'viewer' | 'withConstants'>,
    private readonly selection: SelectionContext,
    /** Whether objects contain their type name, under {@link TYPE_KEY}. */
    private readonly tagTypes: boolean,
  ) {
    this.withConstants = input.withConstants;
  }

  get isHeavy(): boolean {
    return this.heavy;
  }

  get hasDenied(): boolean {
    return this.denied;
  }

  get readsReference(): boolean {
    return this.reference;
  }

  /** SQL of the JSON text of a field. */
  field(
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
    const { audience, locale, scopes } = this.input.viewer;
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
      requireKnown: (type, codes, argument) => this.requireKnown(type, codes, argument),
      compose: (parts, composition) => {
        this.isLive = true;
        return awaiting(this.compositions.push(composition) - 1, parts);
      },
      heavy: () => {
        this.heavy = true;
      },
    };
  }

  private requireKnown({ rows }: ReadType, codes: Param, argument: string): void {
    if (rows === 'partOfOwner') throw new Error('Parts of an owner have no codes');
    if (this.references.some((known) => known.codes === codes)) return;
    this.references.push({ table: rows.table, codes, argument });
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
      this.reference = true;
      const constant = this.constant(type, object);
      if (constant) return constantAt(constant, key);
    }
    const { row, from } = this.rows(type, (candidate) => sql`${candidate('key')} = ${key}`);
    return sql`(select ${object(row)} ${from})`;
  }

  /** The objects of a type as a constant array by key; null if anything in them is not constant. */
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

  /** The only access to a table: checks the scope, and returns the row rule with the rows. */
  private table(type: Pick<ReadType, 'scope' | 'rows'>): { row: Row; table: Sql; rule: Sql } {
    if (type.rows === 'partOfOwner') throw new Error('Parts of an owner have no rows of their own');
    if (type.scope !== null && !this.input.viewer.scopes.has(type.scope)) {
      throw new CodedError('FORBIDDEN', { extensions: { scope: type.scope } });
    }
    if (!isReference(type)) this.isLive = true;
    const alias = this.alias();
    const row: Row = (column) => raw(`${alias}.${column}`);
    return {
      row,
      table: raw(`${type.rows.table} ${alias}`),
      rule: type.rows.rule(row, this.input.viewer.audience),
    };
  }

  private object(
    owner: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
    source: ReadType | Fields,
    row: Row,
    children: OutlineField['children'],
  ): Sql {
    const isType = isReadType(source);
    const objectType = isType ? this.input.schema.getType(source.name) : getNamedType(owner.type);
    if (!isObjectType(objectType)) throw new Error(`${owner.name} is not read as an object`);
    const fields: Fields = isType ? (this.input.model.get(source.name)?.fields ?? source.fields) : source;
    const outline: OutlineField[] = [];
    children.set(objectType.name, outline);
    const selectionSets = nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
    const pieces: Sql[] = [];
    if (this.tagTypes) pieces.push(literal(`"${TYPE_KEY}":"${objectType.name}"`));
    for (const [key, group] of collectFields(this.selection, objectType, selectionSets)) {
      pieces.push(...this.member(objectType, fields, key, group, row, outline, pieces.length > 0));
    }
    // An unexpected NULL in a field must not make the whole object NULL unnoticed.
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
    if (this.isWithheld(field)) return [literal(`${comma}"${key}":null`)];
    const entry = this.outlineOf(key, node, field);
    outline.push(entry);
    if (entry.deniedScope !== null) return [literal(`${comma}"${key}":null`)];
    try {
      const read = declared(row, planArguments(field, node, this.selection.variables));
      return [literal(`${comma}"${key}":`), this.field(field, group, read, entry.children)];
    } catch (error) {
      return [literal(`${comma}"${key}":`), this.denyOrThrow(error, entry)];
    }
  }

  /**
   * Whether the viewer gets null for the field of an object, without an error: its description names the scope, and
   * null is among its values. Other denied fields have an error.
   */
  private isWithheld(field: GraphQLField<unknown, unknown>): boolean {
    const scope = scopeRequiredBy(field);
    return scope !== null && !isNonNullType(field.type) && !this.input.viewer.scopes.has(scope);
  }

  /** The outline entry of a field. It is denied if the viewer lacks the scope of the field or its type. */
  outlineOf(key: string, node: FieldNode, field: GraphQLField<unknown, unknown>): OutlineField {
    const { model, viewer } = this.input;
    const scope = scopeRequiredBy(field) ?? model.get(getNamedType(field.type).name)?.scope ?? null;
    const deniedScope = scope === null || viewer.scopes.has(scope) ? null : scope;
    if (deniedScope !== null) this.denied = true;
    return { key, node, type: field.type, deniedScope, children: new Map() };
  }

  /** Denies the field if its arguments need a scope that the viewer lacks. Throws every other error. */
  denyOrThrow(error: unknown, entry: OutlineField): Sql {
    if (!(error instanceof CodedError)) throw error;
    const scope = missingScope(error);
    if (scope === null) throw error.within(entry.key, entry.node);
    entry.deniedScope = scope;
    this.denied = true;
    return literal('null');
  }

  private alias(): string {
    this.aliases += 1;
    return `t${this.aliases}`;
  }
}

function isReadType(source: ReadType | Fields): source is ReadType {
  return typeof source.name === 'string';
}

/** Whether the rows of a type may be constants. */
function isReference({ rows }: Pick<ReadType, 'rows'>): boolean {
  return rows !== 'partOfOwner' && rows.isReference === true;
}

function missingScope({ code, extensions }: CodedError): Scope | null {
  if (code !== 'FORBIDDEN') return null;
  return SCOPES.find((scope) => scope === extensions.scope) ?? null;
}

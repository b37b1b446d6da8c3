import { type ExecutionResult, execute, type GraphQLError, type GraphQLSchema } from 'graphql';
import { audienceOf, type Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import type { ReadStatement } from '../database/pipeline.js';
import type { Effort } from '../database/readers.js';
import { type Audience, SCOPES, type Scope } from '../domain/scopes.js';
import { forbidden } from '../graphql-types/guard.js';
import type { PlanTerms } from '../planner/compiler.js';
import { complete } from '../planner/completion.js';
import { compose } from '../planner/composition.js';
import { REFERENCE_CHANGED } from '../planner/constants.js';
import type { Model } from '../planner/model.js';
import { type CachedPlan, createPlans } from '../planner/plans.js';
import { inUtf8, ResponseText } from '../planner/response-text.js';
import type { Variables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';
import { variablesOf } from './variables.js';

/** What the executor needs of the world around it. */
export interface ExecutorParts {
  /** Runs a statement as the audience's database role: one row of JSON texts, in UTF-8. */
  readonly read: (
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    effort?: Effort,
  ) => Promise<readonly Buffer[]>;
  /** Whether a viewer of these scopes may ask for the schema. */
  readonly mayIntrospect: (scopes: ReadonlySet<Scope>) => boolean;
}

/** What a query answers. `data` is absent when the request was refused before anything was read. */
export interface QueryResult {
  readonly data?: ResponseText | null;
  readonly errors?: readonly GraphQLError[];
  /** JSON text of the response's `extensions`. */
  readonly extensions?: ResponseText;
}

export type ExecuteQuery = (request: ExecutionRequest) => Promise<QueryResult>;

export interface QueryExecutor {
  readonly execute: ExecuteQuery;
  /** Forgets what is remembered of reference data: it has changed. */
  forgetReference(): void;
}

/** Query operations: compiled once into one SQL statement, run once for each request. */
export function createQueryExecutor(
  schema: GraphQLSchema,
  model: Model,
  { read: readRow, mayIntrospect }: ExecutorParts,
): QueryExecutor {
  const plans = createPlans(schema, model);

  const executeQuery: ExecuteQuery = async (request) => {
    const given = variablesOf(schema, request);
    if (given.errors) return { errors: given.errors };
    const { variables } = given;
    const { context } = request;
    const { viewer, locale } = context;
    try {
      const terms = {
        audience: audienceOf(viewer),
        locale,
        scopes: viewer.scopes,
        mayIntrospect: mayIntrospect(viewer.scopes),
      };
      try {
        return await answer(terms);
      } catch (error) {
        if (!isReferenceChanged(error)) throw error;
        plans.forget();
        return await answer(terms);
      }
    } catch (error) {
      if (error instanceof CodedError) return { errors: [withViewer(error, viewer).endingRequest()] };
      throw error;
    }

    async function answer(terms: PlanTerms): Promise<QueryResult> {
      const { operationKey, document, operation } = request;
      const plan = await plans.of(operationKey, document, operation, terms, variables);
      if (plan.inMemory === null && plan.outline === null) {
        return { data: dataText(plan, await read(plan, variables)) };
      }
      return readAndComplete(plan, variables);
    }

    function read(plan: CachedPlan, values: Variables): Promise<readonly Buffer[]> {
      if (plan.statement === null) return Promise.resolve([]);
      const { text, params, compositions } = plan.statement;
      const isHeavy = plan.statement.isHeavy || request.isLarge === true;
      const statement = {
        // A statement asked for only once is not worth keeping prepared.
        name: plan.uses > 1 && !isHeavy ? `read_${plan.id}` : undefined,
        text,
        values: params.map((param) => storable(param.valueFor(values))),
      };
      const reading = readRow(audienceOf(viewer), statement, isHeavy, context.record);
      if (compositions.length === 0) return reading;
      return reading.then((texts) => texts.map((text) => Buffer.from(compose(String(text), compositions))));
    }

    /** The rare operations: with fields answered in memory, or with refused ones. */
    async function readAndComplete(plan: CachedPlan, values: Variables): Promise<QueryResult> {
      const inMemory: ExecutionResult = plan.inMemory
        ? await execute({
            schema,
            document: plan.inMemory,
            contextValue: context,
            variableValues: request.variables,
            operationName: request.operation.name?.value,
          })
        : { data: {} };
      const errors = [...(inMemory.errors ?? [])];
      if (inMemory.data === null || inMemory.data === undefined) return { data: null, errors };
      const texts = await read(plan, values);
      if (plan.outline === null) return { data: dataText(plan, texts, inMemory.data), ...ifAny(errors) };
      const completed = complete(
        JSON.parse(dataText(plan, texts, inMemory.data).text),
        plan.outline,
        (scope, field, path) => forbidden(viewer, scope, { nodes: [field.node], path }),
      );
      return {
        data: completed.data && ResponseText.of(JSON.stringify(completed.data)),
        ...ifAny([...errors, ...completed.errors]),
      };
    }
  };
  return { execute: executeQuery, forgetReference: plans.forget };
}

function isReferenceChanged(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === REFERENCE_CHANGED;
}

/** Text with a NUL cannot be in the database: it is bound as null, which nothing equals. */
export function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\u0000') ? null : value;
  return Array.isArray(value) ? value.map(storable) : value;
}

/** The specification has no empty list of errors. */
function ifAny(errors: readonly GraphQLError[]): Pick<QueryResult, 'errors'> {
  return errors.length > 0 ? { errors } : {};
}

function dataText(
  plan: CachedPlan,
  texts: readonly Buffer[],
  inMemory: Readonly<Record<string, unknown>> = {},
): ResponseText {
  let bytes = '{';
  for (const { key, column } of plan.roots) {
    const value =
      column === null ? inUtf8(JSON.stringify(inMemory[key]) ?? 'null') : texts[column]?.toString('latin1');
    bytes += `${bytes.length > 1 ? ',' : ''}"${key}":${value}`;
  }
  return new ResponseText(`${bytes}}`);
}

/** A refusal that was met deep in a plan learns whom it refuses. */
export function withViewer(error: CodedError, viewer: Viewer): CodedError {
  const scope = SCOPES.find((candidate) => candidate === error.extensions.scope);
  if (error.code !== 'FORBIDDEN' || !scope) return error;
  return forbidden(viewer, scope, { nodes: error.nodes, path: error.path });
}

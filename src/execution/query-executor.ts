import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { audienceOf } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import { MAX_ANSWER_BYTES } from '../domain/limits.js';
import { forbidden } from '../graphql-types/guard.js';
import { complete } from '../planner/completion.js';
import { compose } from '../planner/composition.js';
import { REFERENCE_CHANGED } from '../planner/constants.js';
import { type CachedPlan, type PlanCache, statementName } from '../planner/plan-cache.js';
import { inUtf8, ResponseText } from '../planner/response-text.js';
import type { Variables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';
import { boundValues, type MayIntrospect, planSourceOf, planViewerOf } from './plan-source.js';
import type { ReadRow } from './read-row.js';
import type { ReferenceCheck } from './reference-check.js';
import { variablesOf } from './variables.js';
import { withViewer } from './with-viewer.js';

export interface ExecutorParts {
  readonly plans: PlanCache;
  readonly read: ReadRow;
  readonly mayIntrospect: MayIntrospect;
  readonly references: ReferenceCheck;
}

/** The result of a query. `data` is absent if the request was rejected before anything was read. */
export interface QueryResult {
  readonly data?: ResponseText | null;
  readonly errors?: readonly GraphQLError[];
  /** JSON text of the response's `extensions`. */
  readonly extensions?: ResponseText;
}

export type ExecuteQuery = (request: ExecutionRequest) => Promise<QueryResult>;

/**
 * Executes query operations. Each is compiled once to one SQL statement, which runs once for each request. Coded
 * errors become part of the result; any other error is thrown.
 */
export function createQueryExecutor(schema: GraphQLSchema, parts: ExecutorParts): ExecuteQuery {
  return async (request) => {
    const given = variablesOf(schema, request);
    if (given.errors) return { errors: given.errors };
    const { variables } = given;
    try {
      try {
        return await answerQuery(schema, parts, request, variables);
      } catch (error) {
        if (!isReferenceChanged(error)) throw error;
        parts.plans.forgetReference();
        return await answerQuery(schema, parts, request, variables);
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { errors: [withViewer(error, request.context.viewer).endingRequest()] };
    }
  };
}

async function answerQuery(
  schema: GraphQLSchema,
  { plans, read, mayIntrospect, references }: ExecutorParts,
  request: ExecutionRequest,
  variables: Variables,
): Promise<QueryResult> {
  const { context } = request;
  const { viewer, record } = context;
  const plan = plans.operationPlan(planSourceOf(request, variables), planViewerOf(context, mayIntrospect));
  if (plan.statement && plan.statement.references.length > 0)
    await references.check(plan.statement, variables, audienceOf(viewer), record?.time);
  if (plan.inMemory === null && plan.outline === null) {
    return { data: dataText(plan, await readColumns(plan, read, request, variables)) };
  }
  // Only for operations with fields that graphql-js resolves, or with denied fields.
  const inMemory = plan.inMemory ? await executeInMemory(schema, plan.inMemory, request) : { data: {} };
  const errors = [...(inMemory.errors ?? [])];
  if (inMemory.data === null || inMemory.data === undefined) return { data: null, errors };
  const data = dataText(plan, await readColumns(plan, read, request, variables), inMemory.data);
  if (plan.outline === null) return { data, ...ifAny(errors) };
  const completed = complete(JSON.parse(data.text), plan.outline, (scope, field, path) =>
    forbidden(context.viewer, scope, { nodes: [field.node], path }),
  );
  return {
    data: completed.data && ResponseText.of(JSON.stringify(completed.data)),
    ...ifAny([...errors, ...completed.errors]),
  };
}

/** The JSON texts of the row, one for each column, in UTF-8. */
async function readColumns(
  plan: CachedPlan,
  read: ReadRow,
  { context, isLarge }: ExecutionRequest,
  variables: Variables,
): Promise<readonly Buffer[]> {
  const { statement } = plan;
  if (statement === null) return [];
  const isHeavy = statement.isHeavy || isLarge === true;
  const name = isHeavy ? undefined : statementName(plan);
  const values = boundValues(statement, variables);
  const audience = audienceOf(context.viewer);
  const texts = await read(audience, { name, text: statement.text, values }, isHeavy, context.record?.time);
  if (texts[0]?.length === 0) throw answerTooLarge();
  const { compositions } = statement;
  if (compositions.length === 0) return texts;
  return Promise.all(
    texts.map(async (text) => Buffer.from(await compose(String(text), compositions, context.record))),
  );
}

function answerTooLarge(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_ANSWER',
    variables: { maximum: MAX_ANSWER_BYTES },
    extensions: { limit: 'answer', maximum: MAX_ANSWER_BYTES },
  });
}

async function executeInMemory(
  schema: GraphQLSchema,
  document: DocumentNode,
  { context, variables, operation }: ExecutionRequest,
): Promise<ExecutionResult> {
  return execute({
    schema,
    document,
    contextValue: context,
    variableValues: variables,
    operationName: operation.name?.value,
  });
}

function isReferenceChanged(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === REFERENCE_CHANGED;
}

/** The specification does not allow an empty list of errors. */
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

import { OperationTypeNode } from 'graphql';
import { CodedError } from '../common/errors.js';
import type { StatementTime } from '../database/statement-time.js';
import type { Budget, Charge, CostReport } from '../demand/budget.js';
import { type CostOf, objectsIn } from '../demand/cost.js';
import { COST } from '../domain/limits.js';
import { ResponseText } from '../planner/response-text.js';
import type { ExecutionRequest } from './execution-request.js';
import type { ExecuteQuery, QueryResult } from './query-executor.js';

/** Cost of a millisecond that a statement holds a connection, on top of what it answers. */
const STATEMENT_MS_COST = 1_000;
/**
 * Milliseconds in quick and writing pools that the units of an operation pay for: for itself and for each unit. They
 * cover the planning of a new statement and the noise of a busy machine. Failed operations pay for all of their time.
 */
const FREE_MS = 10;
const FREE_MS_FOR_UNIT = 0.01;

/** Operations with a higher maximum cost run in the heavy pool. */
const LARGE_COST = 10_000;

/**
 * Charges every operation to its subject's budget before it runs, on every transport, and returns what it did not use.
 * `extensions.cost` reports both. The time of statements is charged on top and not reported: all of it in the heavy pool
 * and for failed operations, otherwise what exceeds {@link FREE_MS}. An operation above the ceiling answers
 * LIMIT_EXCEEDED, one beyond the budget RATE_LIMITED. Neither runs.
 */
export function metered(execute: ExecuteQuery, costOf: CostOf, budget: Budget): ExecuteQuery {
  return async (request) => {
    const cost = costOf(request.document, request.operation, request.variables);
    const { record } = request.context;
    if (record) record.cost = cost;
    let charge: Charge;
    try {
      const charging = budget.charge(request.context.viewer, cost);
      charge = charging instanceof Promise ? await charging : charging;
    } catch (error) {
      if (error instanceof CodedError) return { errors: [error] };
      throw error;
    }
    let used = cost;
    try {
      const result = await execute(cost > LARGE_COST ? { ...request, isLarge: true } : request);
      used = answeredCost(request, result, cost);
      const { data, errors } = result;
      return { data, errors, extensions: costExtension(finish(!data)) };
    } catch (error) {
      finish(true);
      throw error;
    }

    function finish(hasFailed: boolean): CostReport {
      const time = record
        ? timeCost(record.time, hasFailed ? 0 : (budget.terms.freeMs ?? FREE_MS) + used * FREE_MS_FOR_UNIT)
        : 0;
      if (record) record.cost = used + time;
      return charge.finish(used, time);
    }
  };
}

function timeCost({ heavyMs, quickMs, writeMs }: StatementTime, freeMs: number): number {
  return Math.round((heavyMs + Math.max(0, quickMs + writeMs - freeMs)) * STATEMENT_MS_COST);
}

/** What a query answered: objects, bytes, and fields that JavaScript composed. A mutation costs what it may. */
function answeredCost({ operation, context }: ExecutionRequest, { data }: QueryResult, cost: number): number {
  if (operation.operation !== OperationTypeNode.QUERY) return cost;
  if (!data) return 1;
  const bytes = Math.floor(data.bytes.length / COST.bytesForUnit);
  return Math.max(1, objectsIn(data.bytes) - 1 + bytes + (context.record?.composed ?? 0) * COST.composed);
}

function costExtension({ requested, actual, available, restoreRate }: CostReport): ResponseText {
  return ResponseText.of(
    `{"cost":{"requested":${requested},"actual":${actual},"available":${available},"restoreRate":${restoreRate}}}`,
  );
}

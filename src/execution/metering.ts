import { OperationTypeNode } from 'graphql';
import { CodedError } from '../common/errors.js';
import type { Budget, Charge, CostReport } from '../demand/budget.js';
import { type CostOf, objectsIn } from '../demand/cost.js';
import { ResponseText } from '../planner/response-text.js';
import type { ExecutionRequest } from './execution-request.js';
import type { ExecuteQuery, QueryResult } from './query-executor.js';

/** Cost of each millisecond of a heavy statement, in addition to its objects. */
const HEAVY_MS_COST = 1_000;

/** Operations with a higher maximum cost run in the heavy pool. */
const LARGE_COST = 10_000;

/**
 * Charges every operation to its subject's budget before it runs, on every transport, and returns what it did not use.
 * `extensions.cost` reports both. The time of heavy statements is charged on top and not reported. An operation above
 * the ceiling answers LIMIT_EXCEEDED, one beyond the budget RATE_LIMITED. Neither runs.
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
      used = objectsCost(request, result, cost);
      const { data, errors } = result;
      return { data, errors, extensions: costExtension(finish()) };
    } catch (error) {
      finish();
      throw error;
    }

    function finish(): CostReport {
      const heavy = Math.round((record?.heavyMs ?? 0) * HEAVY_MS_COST);
      if (record) record.cost = used + heavy;
      return charge.finish(used, heavy);
    }
  };
}

function objectsCost({ operation }: ExecutionRequest, { data }: QueryResult, cost: number): number {
  if (operation.operation !== OperationTypeNode.QUERY) return cost;
  return data ? Math.max(1, objectsIn(data.bytes) - 1) : 1;
}

function costExtension({ requested, actual, available, restoreRate }: CostReport): ResponseText {
  return ResponseText.of(
    `{"cost":{"requested":${requested},"actual":${actual},"available":${available},"restoreRate":${restoreRate}}}`,
  );
}

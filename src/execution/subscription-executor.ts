import {
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { audienceOf, identityOf } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import { unavailable } from '../database/unavailable.js';
import type { Budget } from '../demand/budget.js';
import type { CostOf } from '../demand/cost.js';
import type { BoundedQueue } from '../feed/bounded-queue.js';
import type { RenderedEvent } from '../feed/channel.js';
import type { EventLog } from '../feed/event-log.js';
import type { EventOffset } from '../feed/event-offset.js';
import type { Feed } from '../feed/feed.js';
import { subscribe } from '../feed/subscriber.js';
import { forbidden, scopeRequiredBy } from '../graphql-types/guard.js';
import { planArguments } from '../planner/arguments.js';
import type { CachedPlan } from '../planner/plan-cache.js';
import { rootPlanOf } from '../planner/planned-field.js';
import { collectFields, fragmentsOf } from '../planner/selection.js';
import { Param, type Variables } from '../planner/sql.js';
import type { FormatErrors } from './error-formatter.js';
import { createEventChannels } from './event-channels.js';
import { type Events, eventResult, mapEvents } from './event-results.js';
import type { ExecutionRequest } from './execution-request.js';
import { planSourceOf, planViewerOf } from './plan-source.js';
import type { ExecutorParts } from './query-executor.js';
import { createSubscriptionLimit } from './subscription-limit.js';
import { variablesOf } from './variables.js';
import { withViewer } from './with-viewer.js';

interface SubscriptionParts extends ExecutorParts {
  readonly log: EventLog;
  readonly feed: Feed;
  readonly costOf: CostOf;
  readonly budget: Budget;
  readonly formatErrors: FormatErrors;
}

/** The results to come, or the errors that prevent them. */
type Subscribed = { readonly events: Events } | { readonly errors: readonly GraphQLError[] };

export interface SubscriptionExecutor {
  execute(request: ExecutionRequest): Promise<Subscribed>;
  /** Number of open subscriptions. */
  readonly size: number;
  /** Ends all subscriptions with a coded error. */
  close(): void;
}

/** The selected root field of a subscription; a valid document has at most one. */
interface Root {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
}

/** A subscription before it is opened. */
interface PreparedSubscription {
  readonly context: RequestContext;
  readonly subject: string;
  readonly root: Root;
  readonly plan: CachedPlan;
  readonly variables: Variables;
  /** The offset after which the subscription begins. */
  readonly start: EventOffset;
  /** Cost of each event, and of opening the subscription. */
  readonly cost: number;
}

/**
 * Executes subscription operations. Each is compiled as a read of events, with the plan cache of queries. Opening one
 * checks the scope, the limit and budget of the subject, and the cursor. From then on every event arrives once. Coded
 * errors become part of the result; any other error is thrown.
 */
export function createSubscriptionExecutor(
  schema: GraphQLSchema,
  parts: SubscriptionParts,
): SubscriptionExecutor {
  const { log, feed, budget, formatErrors } = parts;
  const type = subscriptionType(schema);
  const channels = createEventChannels(parts.read);
  const limit = createSubscriptionLimit();
  const queues = new Set<BoundedQueue<RenderedEvent>>();

  function open({ context, subject, root, plan, variables, start, cost }: PreparedSubscription): Events {
    const { viewer } = context;
    // Checked again, because other subscriptions may have been opened in the meantime.
    limit.check(subject);
    const { channel, release } = channels.acquire(plan, audienceOf(viewer), variables);
    limit.add(subject);
    const queue = subscribe({ log, feed }, channel, start, () => {
      queues.delete(queue);
      release();
      limit.remove(subject);
    });
    queues.add(queue);
    return mapEvents(queue, async (event) => {
      const report = (await budget.charge(viewer, cost)).finish(cost);
      return { ...eventResult(event, plan, root.key, context, formatErrors), extensions: { cost: report } };
    });
  }

  return {
    async execute(request) {
      const given = variablesOf(schema, request);
      if (given.errors) return { errors: given.errors };
      const root = rootOf(schema, type, request, given.variables);
      if (root === null)
        return { errors: [new CodedError('BAD_USER_INPUT', { reason: 'NOTHING_SELECTED' })] };
      const { viewer } = request.context;
      try {
        checkScope(root, request.context);
        limit.check(identityOf(viewer));
        return { events: open(await prepare(parts, request, root, given.variables)) };
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        return { errors: [withViewer(error, viewer).within(root.key, root.node)] };
      }
    },
    get size() {
      return queues.size;
    },
    close() {
      for (const queue of [...queues]) queue.abort(unavailable());
    },
  };
}

function subscriptionType(schema: GraphQLSchema): GraphQLObjectType {
  const type = schema.getSubscriptionType();
  if (!type) throw new Error('The schema has no subscriptions');
  return type;
}

function rootOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  { document, operation }: ExecutionRequest,
  variables: Variables,
): Root | null {
  const selection = { schema, fragments: fragmentsOf(document), variables };
  for (const [key, nodes] of collectFields(selection, type, [operation.selectionSet])) {
    const [node] = nodes;
    const field = node && type.getFields()[node.name.value];
    if (field) return { key, nodes, node, field };
  }
  return null;
}

function checkScope({ field }: Root, { viewer }: RequestContext): void {
  const scope = scopeRequiredBy(field);
  if (scope === null) throw new Error(`Subscription.${field.name} states no scope`);
  if (!viewer.scopes.has(scope)) throw forbidden(viewer, scope);
}

/** Charges the subscription, plans it, and finds its start. */
async function prepare(
  { plans, log, costOf, budget, mayIntrospect, references }: SubscriptionParts,
  request: ExecutionRequest,
  root: Root,
  variables: Variables,
): Promise<PreparedSubscription> {
  const { context } = request;
  const { viewer } = context;
  const cost = costOf(request.document, request.operation, variables);
  if (context.record) context.record.cost = cost;
  (await budget.charge(viewer, cost)).finish(cost);
  const { field, key, nodes, node } = root;
  const args = planArguments(field, node, variables);
  const planRoot = rootPlanOf(field);
  if (planRoot === null) throw new Error(`Subscription.${field.name} is not planned`);
  const source = planSourceOf(request, variables);
  const read = planRoot(args);
  const plan = plans.fieldPlan(source, planViewerOf(context, mayIntrospect), key, {
    field,
    key,
    nodes,
    read,
  });
  if (plan.statement) await references.check(plan.statement, variables, audienceOf(viewer));
  const start = await startOf(log, context, args.after, variables);
  return { context, subject: identityOf(viewer), root, plan, variables, start, cost };
}

/** The offset of the event with the given cursor; without one, the end of the log. */
async function startOf(
  log: EventLog,
  { viewer }: RequestContext,
  after: unknown,
  variables: Variables,
): Promise<EventOffset> {
  const cursor = after instanceof Param ? after.valueFor(variables) : null;
  if (cursor === undefined || cursor === null) return log.now();
  const offset = await log.find(audienceOf(viewer), String(cursor));
  if (offset !== null) return offset;
  throw new CodedError('BAD_USER_INPUT', { reason: 'UNKNOWN_CURSOR', extensions: { argument: 'after' } });
}

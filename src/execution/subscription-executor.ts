import { createHash } from 'node:crypto';
import {
  type FieldNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { audienceOf, identityOf } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { Readers } from '../database/readers.js';
import { unavailable } from '../database/unavailable.js';
import type { Budget, CostReport } from '../demand/budget.js';
import type { CostOf } from '../demand/cost.js';
import type { BoundedQueue } from '../feed/bounded-queue.js';
import { type Channel, createChannel, type RenderedEvent } from '../feed/channel.js';
import { EVENT_KEYS } from '../feed/event-keys.js';
import type { EventLog } from '../feed/event-log.js';
import type { EventOffset } from '../feed/event-offset.js';
import type { Feed } from '../feed/feed.js';
import { subscribe } from '../feed/subscriber.js';
import { forbidden, scopeRequiredBy } from '../graphql-types/guard.js';
import { planArguments } from '../planner/arguments.js';
import { compileField, type FieldPlan } from '../planner/compiler.js';
import { complete } from '../planner/completion.js';
import { compose } from '../planner/composition.js';
import { IDENTITY_KEY } from '../planner/identity.js';
import { isRead, type Model, type Read } from '../planner/model.js';
import { collectFields, type SelectionContext } from '../planner/selection.js';
import { Param, type Variables } from '../planner/sql.js';
import type { FormatErrors } from './error-formatter.js';
import type { ExecutionRequest } from './execution-request.js';
import { storable, withViewer } from './query-executor.js';
import { variablesOf } from './variables.js';

/** Subscriptions that a subject may hold open to one process. */
const MAX_SUBSCRIPTIONS = 1_024;
const MAX_CACHED_PLANS = 500;

export interface SubscriptionParts {
  readonly read: Readers['read'];
  readonly log: EventLog;
  readonly feed: Feed;
  readonly costOf: CostOf;
  readonly budget: Budget;
  readonly mayIntrospect: (scopes: RequestContext['viewer']['scopes']) => boolean;
  readonly present: FormatErrors;
}

/** What one event answers. */
export interface EventResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions: { readonly cost: CostReport };
}

/** Either the answers to come, or why there will be none. The iterator throws what ends it early. */
export type Subscribed = { readonly events: Events } | { readonly errors: readonly GraphQLError[] };
export type Events = AsyncIterableIterator<EventResult> & { return(): Promise<IteratorResult<EventResult>> };

export interface SubscriptionExecutor {
  execute(request: ExecutionRequest): Promise<Subscribed>;
  /** Subscriptions open. */
  readonly size: number;
  /** Ends all of them, with a coded error. */
  close(): void;
}

/** The selected root field of a subscription; a valid document has one at the most. */
interface Root {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
}

interface CachedPlan extends FieldPlan {
  readonly id: number;
  readonly after: Param | null;
}

/** Subscription operations: each compiled as a read of events, which those that are alike share. */
export function createSubscriptionExecutor(
  schema: GraphQLSchema,
  model: Model,
  parts: SubscriptionParts,
): SubscriptionExecutor {
  const { read, log, feed, costOf, budget, mayIntrospect, present } = parts;
  const type = subscriptionType(schema);
  const plans = new LRUCache<string, CachedPlan>({ max: MAX_CACHED_PLANS });
  const channels = new Map<string, { readonly channel: Channel; users: number }>();
  const open = new Set<BoundedQueue<RenderedEvent>>();
  const counts = new Map<string, number>();
  let lastPlan = 0;

  async function planOf(request: ExecutionRequest, root: Root, scene: SelectionContext): Promise<CachedPlan> {
    const { viewer, locale } = request.context;
    const key = planKey(request, root, scene.variables);
    const known = plans.get(key);
    if (known) return known;
    const terms = {
      audience: audienceOf(viewer),
      locale,
      scopes: viewer.scopes,
      mayIntrospect: mayIntrospect(viewer.scopes),
    };
    const args = planArguments(root.field, root.node, scene.variables);
    const { document, operation } = request;
    const selection = {
      field: root.field,
      nodes: root.nodes,
      read: await readOf(request, type, root, scene, args),
    };
    const plan = compileField(schema, model, document, operation, terms, scene.variables, selection);
    lastPlan += 1;
    const kept = { ...plan, id: lastPlan, after: args.after instanceof Param ? args.after : null };
    plans.set(key, kept);
    return kept;
  }

  /** The channel of all subscriptions with this plan and these values; kept until `release`. */
  function channelOf(
    { id, statement }: CachedPlan,
    { viewer }: RequestContext,
    variables: Variables,
  ): { readonly channel: Channel; release(): void } {
    const audience = audienceOf(viewer);
    const valuesFor = (cursors: readonly string[] | null): unknown[] => {
      const now = { ...variables, [EVENT_KEYS]: cursors };
      return statement.params.map((param) => storable(param.valueFor(now)));
    };
    const key = `${id} ${JSON.stringify(valuesFor(null))}`;
    const name = statement.isHeavy ? undefined : `events_${id}`;
    const { text, isHeavy, compositions } = statement;
    const entry = channels.get(key) ?? {
      channel: createChannel(audience, async (cursors) => {
        const [json] = await read(audience, { name, text, values: valuesFor(cursors) }, isHeavy);
        return compose(String(json), compositions);
      }),
      users: 0,
    };
    entry.users += 1;
    channels.set(key, entry);
    return {
      channel: entry.channel,
      release() {
        entry.users -= 1;
        if (entry.users === 0) channels.delete(key);
      },
    };
  }

  async function startOf(
    { after }: CachedPlan,
    { viewer }: RequestContext,
    variables: Variables,
  ): Promise<EventOffset> {
    const cursor = after?.valueFor(variables);
    if (cursor === undefined || cursor === null) return log.now();
    const position = await log.find(audienceOf(viewer), String(cursor));
    if (position === null) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'UNKNOWN_CURSOR', extensions: { argument: 'after' } });
    }
    return position;
  }

  function admit(subject: string): void {
    if ((counts.get(subject) ?? 0) < MAX_SUBSCRIPTIONS) return;
    throw new CodedError('LIMIT_EXCEEDED', {
      reason: 'LIMIT_SUBSCRIPTIONS',
      variables: { maximum: MAX_SUBSCRIPTIONS },
      extensions: { limit: 'subscriptions', maximum: MAX_SUBSCRIPTIONS },
    });
  }

  async function start(request: ExecutionRequest, root: Root, scene: SelectionContext): Promise<Events> {
    const { context } = request;
    const { viewer } = context;
    const scope = scopeRequiredBy(root.field);
    if (scope === null) throw new Error(`Subscription.${root.field.name} states no scope`);
    if (!viewer.scopes.has(scope)) throw forbidden(viewer, scope);
    const subject = identityOf(viewer);
    admit(subject);
    const cost = costOf(request.document, request.operation, scene.variables);
    if (context.record) context.record.cost = cost;
    (await budget.charge(viewer, cost)).settle(cost);
    const plan = await planOf(request, root, scene);
    const from = await startOf(plan, context, scene.variables);
    admit(subject);
    const { channel, release } = channelOf(plan, context, scene.variables);
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
    const queue = subscribe({ log, feed }, channel, from, () => {
      open.delete(queue);
      release();
      const left = (counts.get(subject) ?? 1) - 1;
      if (left > 0) counts.set(subject, left);
      else counts.delete(subject);
    });
    open.add(queue);
    return mapped(queue, async (event) => {
      const report = (await budget.charge(viewer, cost)).settle(cost);
      return { ...answer(event, plan, root, context, present), extensions: { cost: report } };
    });
  }

  return {
    async execute(request) {
      const { document, context } = request;
      const given = variablesOf(schema, request);
      if (given.errors) return { errors: given.errors };
      const fragments = new Map(
        document.definitions.flatMap((definition) =>
          definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
        ),
      );
      const scene = { schema, fragments, variables: given.variables };
      const root = rootOf(scene, type, request);
      if (root === null) return { errors: [new CodedError('OPERATION_RESOLUTION_FAILURE')] };
      try {
        return { events: await start(request, root, scene) };
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        return { errors: [withViewer(error, context.viewer).within(root.key, root.node)] };
      }
    },
    get size() {
      return open.size;
    },
    close() {
      for (const queue of [...open]) queue.abort(unavailable());
    },
  };
}

function subscriptionType(schema: GraphQLSchema): GraphQLObjectType {
  const type = schema.getSubscriptionType();
  if (!type) throw new Error('The schema has no subscriptions');
  return type;
}

function rootOf(
  scene: SelectionContext,
  type: GraphQLObjectType,
  { operation }: ExecutionRequest,
): Root | null {
  for (const [key, nodes] of collectFields(scene, type, [operation.selectionSet])) {
    const [node] = nodes;
    const field = node && type.getFields()[node.name.value];
    if (field) return { key, nodes, node, field };
  }
  return null;
}

/** Equal keys, equal plans. The value of `after` says nothing of the plan. */
function planKey({ operationKey, context }: ExecutionRequest, { node }: Root, variables: Variables): string {
  const { viewer, locale } = context;
  const after = node.arguments?.find(({ name }) => name.value === 'after')?.value;
  const cursor = after?.kind === Kind.VARIABLE ? after.name.value : null;
  const { [IDENTITY_KEY]: _identity, ...given } = variables;
  const shape = JSON.stringify(given, (key, value) => (key === cursor ? typeof value : value));
  const rights = [...viewer.scopes].sort().join(' ');
  return createHash('sha256')
    .update(JSON.stringify([operationKey, audienceOf(viewer), locale, rights, shape]))
    .digest('base64');
}

/** What the field's resolver says is to be read. */
async function readOf(
  { operation }: ExecutionRequest,
  type: GraphQLObjectType,
  { key, nodes, field }: Root,
  { schema, fragments, variables }: SelectionContext,
  args: Readonly<Record<string, unknown>>,
): Promise<Read> {
  const read: unknown = await field.resolve?.(undefined, args, undefined, {
    fieldName: field.name,
    fieldNodes: nodes,
    returnType: field.type,
    parentType: type,
    path: { prev: undefined, key, typename: type.name },
    schema,
    fragments: Object.fromEntries(fragments),
    rootValue: undefined,
    operation,
    variableValues: { ...variables },
  });
  if (!isRead(read)) throw new Error(`Subscription.${field.name} does not answer with a read`);
  return read;
}

function answer(
  { object }: RenderedEvent,
  { outline }: CachedPlan,
  { key }: Root,
  context: RequestContext,
  present: FormatErrors,
): Pick<EventResult, 'data' | 'errors'> {
  if (outline === null) return { data: { [key]: object } };
  const { data, errors } = complete({ [key]: object }, [{ ...outline, key }], (scope, field, path) =>
    forbidden(context.viewer, scope, { nodes: [field.node], path }),
  );
  return { data, errors: present(errors, context) };
}

function mapped(
  queue: BoundedQueue<RenderedEvent>,
  turn: (event: RenderedEvent) => Promise<EventResult>,
): Events {
  const events: Events = {
    async next() {
      const { value, done } = await queue.next();
      if (done) return { value: undefined, done: true };
      try {
        return { value: await turn(value), done: false };
      } catch (error) {
        await queue.return();
        throw error;
      }
    },
    async return() {
      await queue.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return events;
    },
  };
  return events;
}

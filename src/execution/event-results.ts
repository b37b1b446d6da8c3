import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../context/request-context.js';
import type { CostReport } from '../demand/budget.js';
import type { BoundedQueue } from '../feed/bounded-queue.js';
import type { RenderedEvent } from '../feed/channel.js';
import { forbidden } from '../graphql-types/guard.js';
import { complete } from '../planner/completion.js';
import type { Plan } from '../planner/plan.js';
import type { FormatErrors } from './error-formatter.js';

/** The result of one event. */
export interface EventResult {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions: { readonly cost: CostReport };
}

/** The results of a subscription, in order. The iterator throws the error that ends it early. */
export type Events = AsyncIterableIterator<EventResult> & { return(): Promise<IteratorResult<EventResult>> };

/** The result of an event under a response key, completed if fields are denied. */
export function eventResult(
  { object }: RenderedEvent,
  { outline }: Plan,
  key: string,
  context: RequestContext,
  formatErrors: FormatErrors,
): Pick<EventResult, 'data' | 'errors'> {
  if (outline === null) return { data: { [key]: object } };
  const { data, errors } = complete({ [key]: object }, outline, (scope, field, path) =>
    forbidden(context.viewer, scope, { nodes: [field.node], path }),
  );
  return { data, errors: formatErrors(errors, context) };
}

/** Maps the events of a queue to results. If a result fails, the queue is closed and the error is thrown. */
export function mapEvents(
  queue: BoundedQueue<RenderedEvent>,
  toResult: (event: RenderedEvent) => Promise<EventResult>,
): Events {
  const events: Events = {
    async next() {
      const { value, done } = await queue.next();
      if (done) return { value: undefined, done: true };
      try {
        return { value: await toResult(value), done: false };
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

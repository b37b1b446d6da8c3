import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import {
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import { type AnsweredRequest, answeredRequest, newRecord } from '../context/request-record.js';
import type { Documents } from '../demand/documents.js';
import type { TrustedDocuments } from '../demand/trusted-documents.js';
import type { FormatErrors } from '../execution/error-formatter.js';
import type { Events } from '../execution/event-results.js';
import type { SubscriptionExecutor } from '../execution/subscription-executor.js';
import { objectOf } from './apollo-adapter.js';
import { createContext } from './request-context.js';

/** An operation that a client sends, on any transport. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** The answer to an operation: one result, or events until it ends. */
export type Answer =
  | { readonly kind: 'once'; readonly result: FormattedExecutionResult }
  | { readonly kind: 'events'; readonly events: Events }
  /** Rejected before execution. */
  | { readonly kind: 'refused'; readonly errors: readonly GraphQLFormattedError[] };

interface OperationsParts {
  readonly graphql: ApolloServer<RequestContext>;
  readonly documents: Documents;
  readonly subscriptions: SubscriptionExecutor;
  /** The only documents that are executed; null if all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly formatErrors: FormatErrors;
  /** Called once for every operation: when it is answered, or when a subscription begins. */
  readonly onAnswer: (request: AnsweredRequest) => void;
}

export interface Operations {
  /** The context of one operation on a connection. */
  contextFor(viewer: Viewer, acceptLanguage: string | undefined): RequestContext;
  /** The type of the requested operation; null if its document is rejected. */
  typeOf(request: OperationRequest): OperationTypeNode | null;
  /**
   * Runs an operation with the documents, limits, rights, costs and messages of HTTP. Queries and mutations go
   * through the same server; subscriptions pass the same checks.
   */
  run(request: OperationRequest, context: RequestContext): Promise<Answer>;
  readonly formatErrors: FormatErrors;
}

export function createOperations(parts: OperationsParts): Operations {
  const { graphql, documents, subscriptions, trustedDocuments, formatErrors, onAnswer } = parts;

  /** The text of the requested document; null if it is not trusted. */
  function textOf(request: OperationRequest): string | null {
    return trustedDocuments ? trustedDocuments.textFor(request) : request.query;
  }

  function operationOf(query: string, { operationName }: OperationRequest): OperationDefinitionNode | null {
    const examined = documents.examine(query);
    return 'document' in examined
      ? (getOperationAST(examined.document, operationName || null) ?? null)
      : null;
  }

  async function answer(given: OperationRequest, context: RequestContext): Promise<Answer> {
    const query = textOf(given);
    if (query === null) return refused([new CodedError('DOCUMENT_NOT_TRUSTED')], context);
    const request = { ...given, query };
    const examined = documents.examine(query);
    if ('errors' in examined) return refused(examined.errors, context);
    const operation = operationOf(query, request);
    if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) {
      return executeOnce(graphql, request, context);
    }
    if (context.record) context.record.operation = operation.name?.value ?? null;
    const started = await subscriptions.execute({
      document: examined.document,
      operation,
      operationKey: `${query} ${request.operationName ?? ''}`,
      variables: request.variables ?? {},
      context,
    });
    return 'events' in started
      ? { kind: 'events', events: started.events }
      : refused(started.errors, context);
  }

  function refused(errors: readonly unknown[], context: RequestContext): Answer {
    return { kind: 'refused', errors: formatErrors(errors, context) };
  }

  return {
    formatErrors,
    contextFor: (viewer, acceptLanguage) =>
      createContext(viewer, acceptLanguage, { requestId: randomUUID(), record: newRecord() }),
    typeOf(request) {
      const query = textOf(request);
      return query === null ? null : (operationOf(query, request)?.operation ?? null);
    },
    async run(request, context) {
      const startedAt = performance.now();
      let answered: Answer;
      try {
        answered = await answer(request, context);
      } catch (error) {
        answered = refused([error], context);
      }
      const { viewer, requestId, record = newRecord() } = context;
      onAnswer(answeredRequest(record, requestId, viewer, 200, performance.now() - startedAt));
      return answered;
    },
  };
}

async function executeOnce(
  graphql: ApolloServer<RequestContext>,
  { query, operationName, variables }: OperationRequest,
  context: RequestContext,
): Promise<Answer> {
  const { body } = await graphql.executeOperation(
    { query, operationName: operationName || undefined, variables: { ...variables } },
    { contextValue: context },
  );
  if (body.kind !== 'single') throw new Error('Answers are never sent in parts');
  const { data, errors, extensions } = body.singleResult;
  return {
    kind: 'once',
    result: {
      ...(errors ? { errors } : {}),
      ...(data === undefined ? {} : { data: objectOf(data) }),
      ...(extensions ? { extensions: objectOf(extensions) } : {}),
    },
  };
}

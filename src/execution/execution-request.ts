import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../context/request-context.js';

/** One parsed and valid operation for an executor. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Identifies document and operation. */
  readonly operationKey: string;
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  /** Whether its answer may be so large that it runs in the heavy pool. */
  readonly isLarge?: boolean;
}

import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../context/request-context.js';

/** One operation, parsed and validated, as an executor gets it. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Names document and operation: equal keys, equal operations. */
  readonly operationKey: string;
  /** As the client sent them. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  /** It may answer so much that it runs on the connections for heavy statements. */
  readonly isLarge?: boolean;
}

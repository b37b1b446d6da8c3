import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { RequestContext } from '../context/request-context.js';

/** One operation, parsed and validated, on its way to an executor. */
export interface ExecutionRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Names document and operation: equal keys, equal operations. */
  readonly operationKey: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  /** It may answer so much that it is not to be read among quick statements. */
  readonly isLarge?: boolean;
}

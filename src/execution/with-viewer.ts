import type { Viewer } from '../auth/viewer.js';
import type { CodedError } from '../common/errors.js';
import { SCOPES } from '../domain/scopes.js';
import { forbidden } from '../graphql-types/guard.js';

/**
 * Adds the grants of the role and the scopes of the token to a FORBIDDEN error of the planner, which does not know
 * them. Other errors stay unchanged.
 */
export function withViewer(error: CodedError, viewer: Viewer): CodedError {
  const scope = SCOPES.find((candidate) => candidate === error.extensions.scope);
  if (error.code !== 'FORBIDDEN' || !scope) return error;
  return forbidden(viewer, scope, { nodes: error.nodes, path: error.path });
}

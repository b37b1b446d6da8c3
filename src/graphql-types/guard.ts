import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import { SCOPES, type Scope, scopesOf } from '../domain/scopes.js';

type FieldDecorator = ReturnType<typeof Extensions>;

/** Declares the scope that an operation or a field needs. Its description names the scope as well. */
export function RequiresScope(scope: Scope): FieldDecorator {
  return Extensions({ scope });
}

/** Declares that an operation is open to every valid token. */
export function OpenToEveryToken(): FieldDecorator {
  return Extensions({ openToEveryToken: true });
}

/** The scope that a field of the schema declares, or null. */
export function scopeRequiredBy(field: GraphQLField<unknown, unknown>): Scope | null {
  return SCOPES.find((scope) => scope === field.extensions.scope) ?? null;
}

/** The error for a viewer that lacks a scope: it names the scope, the role, and whether role and token have it. */
export function forbidden(
  viewer: Viewer,
  scope: Scope,
  options: { nodes?: CodedError['nodes']; path?: CodedError['path'] } = {},
): CodedError {
  return new CodedError('FORBIDDEN', {
    ...options,
    variables: { scope, role: viewer.role },
    extensions: {
      scope,
      role: viewer.role,
      granted: scopesOf(viewer.role, viewer.nation),
      held: [...viewer.scopes],
    },
  });
}

/** Declares that an operation is answered without reading from the database. */
export function AnsweredInMemory(): FieldDecorator {
  return Extensions({ answeredInMemory: true });
}

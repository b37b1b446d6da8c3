import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import { SCOPES, type Scope, scopesOf } from '../domain/scopes.js';

type FieldDecorator = ReturnType<typeof Extensions>;

/** States the scope an operation or a field needs. It ends up in the field's description, too. */
export function RequiresScope(scope: Scope): FieldDecorator {
  return Extensions({ scope });
}

/** States that an operation needs no more than a token that verifies. */
export function OpenToEveryToken(): FieldDecorator {
  return Extensions({ openToEveryToken: true });
}

/** Scope that a field of the schema states, or null. */
export function scopeRequiredBy(field: GraphQLField<unknown, unknown>): Scope | null {
  return SCOPES.find((scope) => scope === field.extensions.scope) ?? null;
}

/** The answer to a viewer that lacks a scope: what is missing, what its role is granted, and what its token holds of it. */
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

/** States that an operation is answered without reading from the database. */
export function AnsweredInMemory(): FieldDecorator {
  return Extensions({ answeredInMemory: true });
}

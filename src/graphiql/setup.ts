import * as z from 'zod/mini';
import { NATIONS, ROLES } from '../domain/scopes.js';

/** Settings that the server writes into the page as JSON. */
export const setupSchema = z.object({
  /** Demo identities; null outside demo mode, where the user pastes a token. */
  identities: z.nullable(
    z.array(z.object({ label: z.string(), nation: z.nullable(z.enum(NATIONS)), role: z.enum(ROLES) })),
  ),
});
export type Setup = z.infer<typeof setupSchema>;

/** Body of `POST /graphiql/token`: the index of the identity in the setup. */
export const tokenRequestSchema = z.strictObject({ identity: z.int().check(z.nonnegative()) });

/** Answer of `POST /graphiql/token`. */
export const tokenResponseSchema = z.object({ token: z.string(), expiresAt: z.iso.datetime() });

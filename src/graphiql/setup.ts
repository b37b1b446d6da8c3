import * as z from 'zod/mini';
import { NATIONS, ROLES } from '../domain/scopes.js';

/** What the server tells the page, as JSON inside the page. */
export const setupSchema = z.object({
  /** Whom the reader may be in the demo; null outside it, where the reader brings a token. */
  identities: z.nullable(
    z.array(z.object({ label: z.string(), nation: z.nullable(z.enum(NATIONS)), role: z.enum(ROLES) })),
  ),
});
export type Setup = z.infer<typeof setupSchema>;

/** What `POST /graphiql/token` takes: the position of the identity in the setup. */
export const tokenRequestSchema = z.strictObject({ identity: z.int().check(z.nonnegative()) });

/** What `POST /graphiql/token` answers. */
export const tokenResponseSchema = z.object({ token: z.string(), expiresAt: z.iso.datetime() });

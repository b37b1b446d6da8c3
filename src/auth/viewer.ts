import type { Locale } from '../domain/locale.js';
import type { Audience, Nation, Role, Scope } from '../domain/scopes.js';

/** Who is asking: read off a verified token once per request, and frozen. */
export interface Viewer {
  /** `iss` of the token; keys and revocations are per issuer. */
  readonly issuer: string;
  readonly subject: string;
  /** `jti` of the token. */
  readonly tokenId: string;
  /** Follows from the issuer, never from a claim; null for the Centre's own issuer. */
  readonly nation: Nation | null;
  readonly role: Role;
  /** Effective rights: role grant ∩ token scopes, in the order of the permission table. */
  readonly scopes: ReadonlySet<Scope>;
  /** `locale` claim of the token, if it has one. */
  readonly locale: Locale | null;
  readonly expiresAt: Date;
}

/** The audience a viewer belongs to: its nation, or the public. It decides rows and the database role. */
export function audienceOf(viewer: Viewer): Audience {
  return viewer.nation ?? 'PUBLIC';
}

/** Names a person among all issuers; four eyes are counted by it. */
export function identityOf({ issuer, subject }: Viewer): string {
  return `${issuer} ${subject}`;
}

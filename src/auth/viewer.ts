import type { Locale } from '../domain/locale.js';
import type { Audience, Nation, Role, Scope } from '../domain/scopes.js';

/** Who makes the request, from a verified token. Frozen. */
export interface Viewer {
  /** `iss` of the token. Each issuer has its own keys and revocations. */
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

/** The audience of a viewer: its nation, or the public. It decides the visible rows and the database role. */
export function audienceOf(viewer: Viewer): Audience {
  return viewer.nation ?? 'PUBLIC';
}

/** Identifies a person across issuers. The four-eyes rule compares it. */
export function identityOf({ issuer, subject }: Viewer): string {
  return `${issuer} ${subject}`;
}

import type { Nation, Role } from '../domain/scopes.js';

/** An identity that the demo page offers. */
export interface Identity {
  /** What the picker shows, such as 'Turkish liaison officer'. */
  readonly label: string;
  /** Null for the Centre's own roles. */
  readonly nation: Nation | null;
  readonly role: Role;
}

/** A token minted for an identity of the demo. */
export interface MintedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

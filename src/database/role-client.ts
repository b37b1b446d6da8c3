import { SessionClient, type SessionClientConfig } from './session-client.js';

export interface RoleClientConfig extends SessionClientConfig {
  /** The login role that the connection is for. */
  readonly role: string;
}

/** The connection has logged in as another role. Row-level security depends on the role, so it must not be used. */
export class WrongRoleError extends Error {
  constructor(role: string, found: string) {
    super(`The database logged in ${found} where ${role} was to log in; the connection is refused`);
  }
}

/** A connection that fails unless it logs in as the expected role. */
export class RoleClient extends SessionClient {
  private readonly role: string;

  constructor({ role, ...config }: Partial<RoleClientConfig> = {}) {
    if (role === undefined) throw new Error('A connection needs the role that it is for');
    super(config);
    this.role = role;
  }

  protected override checkLogin(sessionUser: string, currentUser: string): void {
    if (sessionUser !== this.role) throw new WrongRoleError(this.role, sessionUser);
    if (currentUser !== this.role) throw new WrongRoleError(this.role, currentUser);
  }
}

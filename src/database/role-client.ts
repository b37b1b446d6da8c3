import { isLoginRefusal, type LoginObserver, LoginRefusedError } from './login-refusal.js';
import { SessionClient, type SessionClientConfig } from './session-client.js';

export interface RoleClientConfig extends SessionClientConfig {
  /** The login role that the connection is for. */
  readonly role: string;
  /** Receives whether the role may log in. */
  readonly observer?: LoginObserver;
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
  private readonly observer: LoginObserver | undefined;

  constructor({ role, observer, ...config }: Partial<RoleClientConfig> = {}) {
    if (role === undefined) throw new Error('A connection needs the role that it is for');
    super(config);
    this.role = role;
    this.observer = observer;
  }

  /** Rejects with a LoginRefusedError if the database answers that the role may not log in. */
  protected override async logIn(): Promise<void> {
    try {
      await super.logIn();
    } catch (error) {
      if (!isLoginRefusal(error)) throw error;
      const refusal = new LoginRefusedError(this.role, error);
      this.observer?.refused(this.role, refusal);
      throw refusal;
    }
    this.observer?.succeeded(this.role);
  }

  protected override checkLogin(sessionUser: string, currentUser: string): void {
    if (sessionUser !== this.role) throw new WrongRoleError(this.role, sessionUser);
    if (currentUser !== this.role) throw new WrongRoleError(this.role, currentUser);
  }
}

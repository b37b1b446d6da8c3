import { Client, type ClientConfig } from 'pg';

export interface RoleClientConfig extends ClientConfig {
  /** The login role that the connection is for. */
  readonly role: string;
}

/** The connection has logged in as another role. Row-level security depends on the role, so it must not be used. */
export class WrongRoleError extends Error {
  constructor(role: string, found: string | null) {
    super(
      found === null
        ? `The database does not report which role logged in; a connection of ${role} is refused`
        : `The database logged in ${found} where ${role} was to log in; the connection is refused`,
    );
  }
}

/**
 * A connection that fails unless it logs in as the expected role. PostgreSQL reports `session_authorization` at login
 * and at every change, so the check needs no round trip.
 */
export class RoleClient extends Client {
  constructor({ role, ...config }: Partial<RoleClientConfig> = {}) {
    if (role === undefined) throw new Error('A connection needs the role that it is for');
    super(config);
    const { connection } = this;
    let found: string | null = null;
    const refuse = (): void => {
      const error = new WrongRoleError(role, found);
      // Later messages may be in the same chunk. Without them the connection never becomes ready.
      connection.removeAllListeners('readyForQuery');
      connection.emit('error', error);
      connection.stream.destroy(error);
    };
    connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterStatus) => {
      if (parameterName !== 'session_authorization') return;
      found = parameterValue;
      if (found !== role) refuse();
    });
    // The last message before a connection becomes ready.
    connection.once('backendKeyData', () => {
      if (found === null) refuse();
    });
  }
}

interface ParameterStatus {
  readonly parameterName: string;
  readonly parameterValue: string;
}

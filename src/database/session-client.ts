import { Client, type ClientConfig } from 'pg';

/** How long a new connection may take to answer the statement that sets it up. */
const SETUP_TIMEOUT_MS = 3_000;

export interface SessionClientConfig extends ClientConfig {
  /** Settings of the session by name, as PostgreSQL reads them. Startup options would be lost in a pooler. */
  readonly settings?: Readonly<Record<string, string>>;
}

type ConnectCallback = ((error: Error) => void) | ((error: null, client: Client) => void);

/** A connection with settings. It is connected once they are in force. */
export class SessionClient extends Client {
  private readonly settings: readonly (readonly [name: string, value: string])[];

  constructor({ settings = {}, ...config }: SessionClientConfig = {}) {
    super(config);
    this.settings = Object.entries(settings);
  }

  override connect(): Promise<Client>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<Client> | undefined {
    const connected = this.connectAndSetUp();
    if (!callback) return connected;
    connected.then(
      () => Reflect.apply(callback, undefined, [null, this]),
      (error) => Reflect.apply(callback, undefined, [error]),
    );
    return undefined;
  }

  private async connectAndSetUp(): Promise<Client> {
    // Until the caller has the connection, a loss is the failure of connect() and nothing else.
    const ignore = (): void => {};
    this.on('error', ignore);
    await this.logIn();
    await this.setUp();
    this.off('error', ignore);
    return this;
  }

  /** Connects to the database and authenticates. */
  protected async logIn(): Promise<void> {
    await super.connect();
  }

  /** Checks who has logged in. Throws if the connection must not be used. */
  protected checkLogin(_sessionUser: string, _currentUser: string): void {}

  private async setUp(): Promise<void> {
    const terminate = (): void => void this.end().catch(() => {});
    const timeout = setTimeout(terminate, SETUP_TIMEOUT_MS);
    const calls = this.settings.map(
      (_, index) => `, set_config($${2 * index + 1}, $${2 * index + 2}, false)`,
    );
    try {
      const { rows } = await this.query<unknown[]>({
        text: `select session_user::text, current_user::text${calls.join('')}`,
        values: this.settings.flat(),
        rowMode: 'array',
      });
      const [sessionUser, currentUser] = rows[0] ?? [];
      this.checkLogin(String(sessionUser), String(currentUser));
    } catch (error) {
      terminate();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }
}

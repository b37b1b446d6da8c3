import type { KeyObject } from 'node:crypto';
import { connectionProblem, fileProblem } from '../common/remedy.js';
import type { Nation } from '../domain/scopes.js';
import type { Issuer } from './issuers.js';
import { readJwks } from './jwks-reading.js';
import { type PublicKey, type PublicKeys, parsePublicKeys } from './public-keys.js';

/** How the keys of one issuer are doing. While `ok` is false the keys read last stay in force. */
export interface KeyStatus {
  readonly issuer: string;
  /** Null for the Centre's own issuer. */
  readonly nation: Nation | null;
  readonly ok: boolean;
  /** When it became so. */
  readonly since: Date;
  /** How many keys verify tokens of this issuer just now. */
  readonly keys: number;
  /** Whether this issuer has had a key since the start. One that withdraws all its keys later does so on purpose. */
  readonly hasHadKeys: boolean;
  /** What is wrong; holds no key material. */
  readonly error?: string;
  /** Keys that other issuers publish as well, a sentence each. They verify tokens of each issuer all the same. */
  readonly shared?: readonly string[];
}

/** The public keys of every issuer, kept up to date while the store is open. */
export interface KeyStore {
  /** The key `kid` of this issuer, and of no other. */
  find(issuer: string, kid: string): KeyObject | undefined;
  /** Every key of this issuer. */
  keysOf(issuer: string): readonly KeyObject[];
  /**
   * Reads the keys of an issuer again because a token names one we do not have. Null when that is not
   * worth waiting for: keys in a file, which is read often anyway, or a URL that was read a moment ago.
   */
  refresh(issuer: string): Promise<void> | null;
  status(): KeyStatus[];
  /** Calls `listener` after keys came or went. Returns how to stop that. */
  onChange(listener: () => void): () => void;
  close(): void;
}

export interface KeyStoreOptions {
  /** How often a file is read again. */
  filePollMs?: number;
  /** How often a URL is read again. A removed key is refused after this and `timeoutMs` at the latest. */
  urlPollMs?: number;
  /** Unknown kids make us read a URL again at most this often. */
  urlRefreshMs?: number;
  /** How long a URL may take to answer in full. */
  timeoutMs?: number;
  /** Called when an issuer's error, or what it shares with other issuers, changes. For the log. */
  onStatus?: (status: KeyStatus) => void;
}

/** How keys are read when nothing else is asked for: one that is removed is refused within 60 seconds. */
export const READING = {
  filePollMs: 2_000,
  urlPollMs: 30_000,
  urlRefreshMs: 5_000,
  timeoutMs: 5_000,
} as const satisfies KeyStoreOptions;

interface Source {
  readonly issuer: Issuer;
  keys: ReadonlyMap<string, PublicKey>;
  hasHadKeys: boolean;
  ok: boolean;
  since: Date;
  error: string | undefined;
  shared: readonly string[];
  loading: Promise<void> | null;
  readAt: number;
  timer: NodeJS.Timeout | undefined;
}

function statusOf({
  issuer: { issuer, nation },
  ok,
  since,
  keys,
  hasHadKeys,
  error,
  shared,
}: Source): KeyStatus {
  return {
    issuer,
    nation,
    ok,
    since,
    keys: keys.size,
    hasHadKeys,
    ...(error === undefined ? {} : { error }),
    ...(shared.length === 0 ? {} : { shared }),
  };
}

function locationOf({ issuer: { jwks } }: Source): string {
  return jwks.kind === 'file' ? jwks.path : jwks.url;
}

const AUTHORITY_REMEDY =
  'if its certificate is of a private authority, set NODE_EXTRA_CA_CERTS to the file of the certificate of that authority';

function reasonOf({ issuer: { jwks } }: Source, error: unknown): string {
  return jwks.kind === 'file' ? fileProblem(error) : connectionProblem(error, AUTHORITY_REMEDY);
}

function sameKeys(one: ReadonlyMap<string, PublicKey>, other: ReadonlyMap<string, PublicKey>): boolean {
  return one.size === other.size && [...one].every(([kid, { point }]) => other.get(kid)?.point === point);
}

/**
 * Opens the key store of `issuers` after reading each once. Throws when a file cannot be used in full. A URL that fails
 * is reported in `status()` instead and read again later.
 */
export async function openKeyStore(
  issuers: readonly Issuer[],
  options: KeyStoreOptions = {},
): Promise<KeyStore> {
  const store = new PolledKeyStore(issuers, { ...READING, ...options });
  await store.readAll();
  store.scheduleAll();
  return store;
}

class PolledKeyStore implements KeyStore {
  private readonly closing = new AbortController();
  private readonly listeners = new Set<() => void>();
  private readonly sources: ReadonlyMap<string, Source>;

  constructor(
    issuers: readonly Issuer[],
    private readonly options: Required<Omit<KeyStoreOptions, 'onStatus'>> & Pick<KeyStoreOptions, 'onStatus'>,
  ) {
    this.sources = new Map(issuers.map((issuer) => [issuer.issuer, unreadSource(issuer)]));
  }

  /** Reads the files one after the other, then all URLs. Throws what is wrong with files. */
  async readAll(): Promise<void> {
    const all = [...this.sources.values()];
    const files = all.filter((source) => source.issuer.jwks.kind === 'file');
    for (const source of files) await this.load(source);
    const unusable = files.flatMap(({ issuer: { issuer }, error }) =>
      error === undefined ? [] : [`${error} (the key file of ${issuer})`],
    );
    if (unusable.length > 0) throw new Error(unusable.join('\n'));
    await Promise.all(all.filter((source) => !files.includes(source)).map((source) => this.load(source)));
  }

  scheduleAll(): void {
    for (const source of this.sources.values()) this.schedule(source);
  }

  find(issuer: string, kid: string): KeyObject | undefined {
    return this.sources.get(issuer)?.keys.get(kid)?.key;
  }

  keysOf(issuer: string): readonly KeyObject[] {
    return [...(this.sources.get(issuer)?.keys.values() ?? [])].map(({ key }) => key);
  }

  refresh(issuer: string): Promise<void> | null {
    const source = this.sources.get(issuer);
    if (source === undefined || source.issuer.jwks.kind === 'file') return null;
    if (source.loading !== null) return source.loading;
    return performance.now() - source.readAt < this.options.urlRefreshMs ? null : this.load(source);
  }

  status(): KeyStatus[] {
    return [...this.sources.values()].map(statusOf);
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.closing.abort(new Error('the key store is closed'));
    for (const { timer } of this.sources.values()) clearTimeout(timer);
  }

  private load(source: Source): Promise<void> {
    source.loading ??= this.read(source).finally(() => {
      source.loading = null;
    });
    return source.loading;
  }

  private async read(source: Source): Promise<void> {
    source.readAt = performance.now();
    const { timeoutMs } = this.options;
    const { signal: closed } = this.closing;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const stop = () => timeout.abort(closed.reason);
    closed.addEventListener('abort', stop);
    try {
      const text = await readJwks(source.issuer.jwks, timeout.signal);
      if (!closed.aborted) this.setKeys(source, parsePublicKeys(text));
    } catch (error) {
      if (!closed.aborted) this.report(source, `${locationOf(source)}: ${reasonOf(source, error)}`);
    } finally {
      clearTimeout(timer);
      closed.removeEventListener('abort', stop);
    }
  }

  /**
   * Sets the keys that an issuer publishes. Whoever else publishes one of them takes it away from nobody: a token is
   * verified with the keys of the issuer that it names.
   */
  private setKeys(source: Source, { keys: published, problems }: PublicKeys): void {
    const keys = new Map(published.map((key) => [key.kid, key]));
    const changed = !sameKeys(source.keys, keys);
    if (changed) source.keys = keys;
    if (keys.size > 0) source.hasHadKeys = true;
    this.report(source, problems.length === 0 ? undefined : `${locationOf(source)}: ${problems.join('; ')}`);
    if (!changed) return;
    for (const each of this.sources.values()) this.reportShared(each);
    for (const listener of this.listeners) listener();
  }

  private report(source: Source, error: string | undefined): void {
    const ok = error === undefined;
    if (ok === source.ok && error === source.error) return;
    if (ok !== source.ok) source.since = new Date();
    source.ok = ok;
    source.error = error;
    this.options.onStatus?.(statusOf(source));
  }

  private reportShared(source: Source): void {
    const shared = [...source.keys.values()].flatMap((key) => this.sharesOf(key, source));
    if (shared.join() === source.shared.join()) return;
    source.shared = shared;
    this.options.onStatus?.(statusOf(source));
  }

  private sharesOf({ kid, point }: PublicKey, source: Source): string[] {
    return [...this.sources.values()]
      .filter((other) => other !== source && [...other.keys.values()].some((key) => key.point === point))
      .map(({ issuer: { issuer } }) => `the key ${kid} is published by ${issuer} as well`);
  }

  private schedule(source: Source): void {
    if (this.closing.signal.aborted) return;
    const { filePollMs, urlPollMs } = this.options;
    const wait = source.issuer.jwks.kind === 'file' ? filePollMs : urlPollMs;
    source.timer = setTimeout(() => void this.load(source).then(() => this.schedule(source)), wait).unref();
  }
}

function unreadSource(issuer: Issuer): Source {
  return {
    issuer,
    keys: new Map(),
    hasHadKeys: false,
    ok: true,
    since: new Date(),
    error: undefined,
    shared: [],
    loading: null,
    readAt: Number.NEGATIVE_INFINITY,
    timer: undefined,
  };
}

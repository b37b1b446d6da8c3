import { open } from 'node:fs/promises';
import type { JwksLocation } from './issuers.js';

/** Maximum size of a JWK Set in bytes. */
const MAX_JWKS_BYTES = 65_536;

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) throw new Error('is not a regular file');
    const buffer = Buffer.alloc(MAX_JWKS_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    yield buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* urlChunks(url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const response = await fetch(url, {
    redirect: 'error',
    signal,
    headers: { accept: 'application/jwk-set+json, application/json' },
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`answered with status ${response.status}`);
  }
  const { body } = response;
  // Once the response has been collected as garbage, `fetch` no longer follows the signal (undici of Node 20).
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** The text of a JWK Set. Throws if it is unavailable, too large, not UTF-8, or if `signal` aborts first. */
export async function readJwks(location: JwksLocation, signal: AbortSignal): Promise<string> {
  const chunks = location.kind === 'file' ? fileChunks(location.path) : urlChunks(location.url, signal);
  const read: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_JWKS_BYTES) throw new Error(`is larger than ${MAX_JWKS_BYTES} bytes`);
    read.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(read));
}

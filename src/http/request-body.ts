import type { IncomingMessage } from 'node:http';
import { decodeUtf8 } from '../common/utf8.js';

/** Bytes that are still taken after a body has been refused. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/** Whether a content type is that of JSON, in UTF-8 as all JSON is. */
export function isJsonInUtf8(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType);
}

/** Why a body was not read: it is too long, or too many others are waiting. */
type UnreadBody = 'too long' | 'too many';

/**
 * The bytes of a body of at most `maximum`. What is not read stays with the caller to discard. `share` counts
 * what waits for the rest of its body.
 */
export function readBody(
  request: IncomingMessage,
  maximum: number,
  share: BodyShare = UNCOUNTED,
): Promise<Buffer | UnreadBody> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maximum) return resolve('too long');
    const chunks: Buffer[] = [];
    let length = 0;

    function release(): void {
      share.give(length);
      length = 0;
    }

    function leave(reason: UnreadBody): void {
      release();
      chunks.length = 0;
      request.removeListener('data', collect);
      resolve(reason);
    }

    function collect(chunk: Buffer): void {
      if (length + chunk.length > maximum) leave('too long');
      else if (share.take(chunk.length)) {
        length += chunk.length;
        chunks.push(chunk);
      } else leave('too many');
    }

    request.on('data', collect);
    request.on('close', release);
    request.on('end', () => {
      release();
      runInBatch(() => {
        const [first] = chunks;
        resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks));
      });
    });
    request.on('error', reject);
  });
}

/** Counts the bytes of one client's bodies. */
export interface BodyShare {
  take(bytes: number): boolean;
  give(bytes: number): void;
}

const UNCOUNTED: BodyShare = { take: () => true, give: () => {} };

/**
 * Reads on and discards what a client sends after its answer, so that it gets to read the answer; a connection
 * that closed at once would break first. A client that sends more than this still is disconnected.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  let left = MAX_DISCARDED_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

/** Parses a body of JSON. Throws SyntaxError when it is not JSON in UTF-8. */
export function parseJsonBody(body: Buffer): unknown {
  return JSON.parse(decodeUtf8(body));
}

const batch: (() => void)[] = [];

/**
 * Runs what requests do next in one batch for each iteration of the event loop. Requests that arrive together
 * pass each step together, so its code and data stay in the processor's caches between them.
 */
function runInBatch(step: () => void): void {
  if (batch.push(step) > 1) return;
  setImmediate(() => {
    for (const next of batch.splice(0)) next();
  });
}

import type { IncomingMessage } from 'node:http';
import { decodeUtf8 } from '../common/utf8.js';

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/** Whether a content type is that of JSON, in UTF-8 as all JSON is. */
export function isJsonInUtf8(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType);
}

/** The body's bytes, or null when there are more than `maximum`; what is too long is discarded as it comes. */
export function readBody(request: IncomingMessage, maximum: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > maximum) return resolve(null);
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maximum) {
        request.removeAllListeners('data').resume();
        return resolve(null);
      }
      chunks.push(chunk);
    });
    request.on('end', () =>
      runInBatch(() => {
        const [first] = chunks;
        resolve(first && chunks.length === 1 ? first : Buffer.concat(chunks));
      }),
    );
    request.on('error', reject);
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

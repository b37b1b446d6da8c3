import { EventEmitter } from 'node:events';
import type { ClientConfig } from 'pg';
import { PipelinedClient } from './pipelined-client.js';

/** Every message begins with a byte that tells its kind, and the length of all that follows, in four bytes. */
const HEADER_LENGTH = 5;
const DATA_ROW = 'D'.charCodeAt(0);

/**
 * A connection that gives the values of rows as their bytes. pg makes a string of each, which for an answer that
 * is passed on in UTF-8 takes longer than all else that happens to it here.
 */
export class ByteClient extends PipelinedClient {
  constructor(config: ClientConfig) {
    super({ ...config, types: { getTypeParser: () => (value: unknown) => value } });
    const connection: unknown = this.connection;
    if (!isConnection(connection)) throw new Error('pg reads its messages in another way than it did');
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      const others = new EventEmitter();
      attach(others);
      stream.on('data', readingRows(connection, others));
      stream.on('end', () => others.emit('end'));
    };
  }
}

/** Takes DataRow messages out of what the server sends; all others are left to pg. */
function readingRows(rows: EventEmitter, others: EventEmitter): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  let wanted = HEADER_LENGTH;

  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < wanted) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
    let start = 0;
    let end = 0;
    wanted = HEADER_LENGTH;
    while (end + HEADER_LENGTH <= bytes.length) {
      const size = 1 + bytes.readInt32BE(end + 1);
      if (end + size > bytes.length) {
        wanted = size;
        break;
      }
      if (bytes[end] === DATA_ROW) {
        if (start < end) others.emit('data', bytes.subarray(start, end));
        rows.emit('dataRow', { name: 'dataRow', fields: fieldsOf(bytes, end + HEADER_LENGTH) });
        start = end + size;
      }
      end += size;
    }
    if (start < end) others.emit('data', bytes.subarray(start, end));
    length = bytes.length - end;
    chunks = length === 0 ? [] : [bytes.subarray(end)];
  };
}

/** Values of a DataRow: how many, and of each its length, or -1 for NULL, and its bytes. */
function fieldsOf(bytes: Buffer, start: number): (Buffer | null)[] {
  let at = start + 2;
  return Array.from({ length: bytes.readInt16BE(start) }, () => {
    const size = bytes.readInt32BE(at);
    const from = at + 4;
    at = from + Math.max(0, size);
    return size < 0 ? null : bytes.subarray(from, at);
  });
}

/** The part of pg's connection that its types do not tell of. */
interface Connection extends EventEmitter {
  attachListeners(stream: EventEmitter): void;
}

function isConnection(value: unknown): value is Connection {
  return (
    value instanceof EventEmitter && 'attachListeners' in value && typeof value.attachListeners === 'function'
  );
}

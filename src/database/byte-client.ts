import { EventEmitter } from 'node:events';
import { PipelinedClient } from './pipelined-client.js';
import type { RoleClientConfig } from './role-client.js';

/** Length of a message's type (one byte) and of the length of what follows, itself included (four bytes). */
const HEADER_LENGTH = 5;
const DATA_ROW = 'D'.charCodeAt(0);

/**
 * A connection that returns row values as bytes; pg makes a string of each. It uses undocumented members of pg.
 * test/database/byte-client.contract.test.ts checks each of them and the version. docs/decisions/0015 states the gain
 * and how to remove it.
 */
export class ByteClient extends PipelinedClient {
  constructor(config: RoleClientConfig) {
    super({ ...config, types: { getTypeParser: () => (value: unknown) => value } });
    const connection: unknown = this.connection;
    if (!isConnection(connection)) {
      throw new Error('pg has no Connection.attachListeners any more: see docs/decisions/0015');
    }
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) => {
      const otherMessages = new EventEmitter();
      attach(otherMessages);
      stream.on('data', splitDataRows(connection, otherMessages));
      stream.on('end', () => otherMessages.emit('end'));
    };
  }
}

/** Parses DataRow messages and passes all others to the parser of pg. */
function splitDataRows(connection: EventEmitter, otherMessages: EventEmitter): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let length = 0;
  /** Bytes without which the next message is not complete. */
  let needed = HEADER_LENGTH;

  return (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < needed) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
    const end = emitMessages(bytes, connection, otherMessages);
    length = bytes.length - end;
    chunks = length === 0 ? [] : [bytes.subarray(end)];
    needed = length < HEADER_LENGTH ? HEADER_LENGTH : sizeOfMessage(bytes, end);
  };
}

/** Emits complete messages in order. Returns the start of the first incomplete one. */
function emitMessages(bytes: Buffer, connection: EventEmitter, otherMessages: EventEmitter): number {
  let start = 0;
  let end = 0;
  while (end + HEADER_LENGTH <= bytes.length) {
    const size = sizeOfMessage(bytes, end);
    if (end + size > bytes.length) break;
    if (bytes[end] === DATA_ROW) {
      if (start < end) otherMessages.emit('data', bytes.subarray(start, end));
      connection.emit('dataRow', { name: 'dataRow', fields: fieldsOf(bytes, end + HEADER_LENGTH) });
      start = end + size;
    }
    end += size;
  }
  if (start < end) otherMessages.emit('data', bytes.subarray(start, end));
  return end;
}

/** Bytes of the message at `start`: one of its kind, then its length, which counts itself. */
function sizeOfMessage(bytes: Buffer, start: number): number {
  return 1 + bytes.readInt32BE(start + 1);
}

/** Values of a DataRow: their number, then for each its length, -1 for NULL, and its bytes. */
function fieldsOf(bytes: Buffer, start: number): (Buffer | null)[] {
  let offset = start + 2;
  return Array.from({ length: bytes.readInt16BE(start) }, () => {
    const size = bytes.readInt32BE(offset);
    const from = offset + 4;
    offset = from + Math.max(0, size);
    return size < 0 ? null : bytes.subarray(from, offset);
  });
}

/** The undocumented part of pg's Connection. */
interface UndocumentedConnection extends EventEmitter {
  attachListeners(stream: EventEmitter): void;
}

function isConnection(value: unknown): value is UndocumentedConnection {
  return (
    value instanceof EventEmitter && 'attachListeners' in value && typeof value.attachListeners === 'function'
  );
}

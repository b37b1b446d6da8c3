import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { ByteClient } from '../../src/database/byte-client.js';
import { demandLogin } from '../support/roles.js';

/**
 * What ByteClient and RoleClient rely on in pg beyond its documentation. After an upgrade of pg, read each point
 * here against the new sources, then raise the range. docs/decisions/0015 says how to take ByteClient out.
 */
const CHECKED_VERSIONS = { pg: /^8\.23\.\d+$/, 'pg-protocol': /^1\.16\.\d+$/ };

const required = createRequire(import.meta.url);

/** Calls a member that pg's types do not have. */
function callMember(target: object, name: string, ...args: unknown[]): unknown {
  const member: unknown = Reflect.get(target, name);
  if (typeof member !== 'function') throw new Error(`pg has no ${name} any more`);
  return Reflect.apply(member, target, args);
}

describe('pg', () => {
  it.each(Object.entries(CHECKED_VERSIONS))('is a version of %s that was checked', async (name, versions) => {
    const file = join(PACKAGE_ROOT, 'node_modules', name, 'package.json');
    const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
    expect(manifest).toMatchObject({ version: expect.stringMatching(versions) });
  });

  let client: Client;
  beforeEach(() => {
    client = new Client();
  });

  it('has the connection of a client as an event emitter', () => {
    expect(client.connection).toBeInstanceOf(EventEmitter);
  });

  it('gives attachListeners the stream, and reads it by its data events alone', () => {
    const stream = new EventEmitter();
    void callMember(client.connection, 'attachListeners', stream);
    expect(stream.listenerCount('data')).toBe(1);
    const received: unknown[] = [];
    client.connection.on('readyForQuery', (message) => received.push(message));
    stream.emit('data', Buffer.from('Z\0\0\0\x05I', 'latin1'));
    expect(received).toMatchObject([{ name: 'readyForQuery', status: 'I' }]);
  });

  it('attaches its listeners when it connects, after the constructor', () => {
    const calls: unknown[] = [];
    const socket = new Socket();
    const late = new Client({ host: '127.0.0.1', port: 1, stream: () => socket });
    Object.assign(late.connection, { attachListeners: (stream: unknown) => calls.push(stream) });
    late.on('error', () => {});
    late.connect().catch(() => {});
    expect(calls).toEqual([socket]);
    socket.destroy();
  });

  it('takes rows from dataRow events with their fields', () => {
    const rows: unknown[] = [];
    const handleDataRow = (message: unknown) => rows.push(message);
    Object.assign(client, { _getActiveQuery: () => ({ handleDataRow }) });
    callMember(client, '_handleDataRow', { name: 'dataRow', fields: [Buffer.from('x')] });
    expect(rows).toEqual([{ name: 'dataRow', fields: [Buffer.from('x')] }]);
  });

  it('refuses a pg whose connection has no attachListeners', () => {
    const { prototype } = required('pg').Connection;
    const { attachListeners } = prototype;
    delete prototype.attachListeners;
    try {
      expect(() => new ByteClient({ role: 'nobody', query_timeout: 1 })).toThrow('attachListeners');
    } finally {
      prototype.attachListeners = attachListeners;
    }
  });
});

describe('a connection that answers bytes', () => {
  it('gives the bytes of each value, and null for NULL', async () => {
    const bytes = new ByteClient({
      ...demandLogin(inject('ownerUrl')),
      query_timeout: 3_000,
    });
    await bytes.connect();
    const statement = { text: "select 'Şuşa'::text, null::text, ''", rowMode: 'array' as const };
    const { rows } = await bytes.query(statement);
    await bytes.end();
    expect(rows).toEqual([[Buffer.from('Şuşa'), null, Buffer.alloc(0)]]);
  });
});

// CPU of Node for an answer that is read with and without src/database/byte-client.ts, interleaved in one run:
// `node bench/byte-client.mjs [--rounds 10]`. It starts a database of its own; the checkout must be built.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromProject } from './project.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } });
const ROUNDS = Number(values.rounds);
const CONCURRENT = 32;
const ANSWERS = 3_000;
/** Texts of the size of one incident and of a page of 20; most answers hold letters beyond Latin-1. */
const TEXTS = {
  '1.5 kB': ['Şuşa Шуша ', 100],
  '25 kB': ['Şuşa Шуша ', 1_800],
  '25 kB, ASCII': ['Shusha abc', 2_500],
};

const { startEmbedded } = await fromProject('database/embedded/start.js');
const { ByteClient } = await fromProject('database/byte-client.js');
const { batchWrites, PipelinedClient } = await fromProject('database/pipelined-client.js');

/** Without it pg makes a string of each value, from text format, and the response makes UTF-8 of it. */
const CLIENTS = [
  ['with', ByteClient, true, (value) => value],
  ['without', PipelinedClient, false, (value) => Buffer.from(value)],
];

const dataDir = await mkdtemp(join(tmpdir(), 'merzili-byte-client-'));
const database = await startEmbedded({ dataDir, log: () => {} });
try {
  for (const [title, [unit, count]] of Object.entries(TEXTS)) await compare(title, unit, count);
} finally {
  await database.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function compare(title, unit, count) {
  const text = `select repeat('${unit}', ${count})`;
  const open = await Promise.all(
    CLIENTS.map(async ([name, Client, binary, bytesOf]) => {
      const client = new Client({
        connectionString: database.ownerUrl,
        role: 'merzili_owner',
        query_timeout: 10_000,
      });
      await client.connect();
      return { name, client, binary, bytesOf, micros: [] };
    }),
  );
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const { micros, ...reader } of open) {
      const used = await cpuMicros(() => readAll(reader, text));
      // The first round only warms up.
      if (round >= 0) micros.push(used / ANSWERS);
    }
  }
  const [withBytes, without] = open.map(({ micros }) => median(micros));
  await Promise.all(open.map(({ client }) => client.end()));
  process.stdout.write(
    `${title}: ${withBytes.toFixed(1)} µs with, ${without.toFixed(1)} µs without, ratio ${(without / withBytes).toFixed(2)}\n`,
  );
}

async function readAll({ client, binary, bytesOf }, text) {
  let left = ANSWERS;
  const readOn = async () => {
    while (left > 0) {
      left -= 1;
      batchWrites(client.socket);
      const { rows } = await client.query({ name: text.slice(-8), text, rowMode: 'array', binary });
      bytesOf(rows[0][0]);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT }, readOn));
}

async function cpuMicros(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

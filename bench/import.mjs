// Rows a second and memory of `merzili import incidents`: `npm run build`, then `node bench/import.mjs [rows] [broken]`.
// With `broken` every row has a problem. Memory is the peak of the importing process (VmHWM), so it needs Linux.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { PROJECT } from './project.mjs';

const rows = Number(process.argv[2] ?? 1_000_000);
const isBroken = process.argv[3] === 'broken';

const COLUMNS =
  'key,originator,released_to,category,severity,occurred_from,occurred_to,time_precision,place,title_source,title_tr,title_ru,title_az,title_en,claimants,attributed_to,source_type,source_urls,killed_military,killed_civilian,wounded,provisions,note';
const NATIONS = ['TUR', 'RUS', 'AZE'];
const CATEGORIES = ['SMALL_ARMS_FIRE', 'SNIPER_FIRE', 'MORTAR_FIRE'];
const PLACES = ['marzili', 'agdam', 'shusha', 'hadrut', ''];
const START = Date.parse('2020-10-01T00:00:00Z');
const MINUTES = 5 * 365 * 24 * 60;

function row(index) {
  const pick = (values) => values[index % values.length];
  const occurred = new Date(START + ((index * 7_919) % MINUTES) * 60_000).toISOString();
  const originator = pick(NATIONS);
  const category = isBroken ? 'NONE' : pick(CATEGORIES);
  const title = `Ağdam yakınında ateş açıldı ${index}`;
  return `ROW-${index},${originator},,${category},LOW,${occurred},,MINUTE,${pick(PLACES)},tr,${title},,,,${originator},,OWN_OBSERVATION,https://example.org/${index},,${index % 3},,,note ${index}\n`;
}

const folder = await mkdtemp(join(tmpdir(), 'merzili-bench-import-'));
try {
  const file = join(folder, 'incidents.csv');
  await write(file);
  const env = { ...process.env, MERZILI_DATA_DIR: join(folder, 'data') };
  // An empty import makes the database, so that only rows are measured.
  await write(join(folder, 'none.csv'), 0);
  await run(['import', 'incidents', join(folder, 'none.csv')], env);
  const started = performance.now();
  const { code, peak, output } = await run(['import', 'incidents', file], env);
  const seconds = (performance.now() - started) / 1_000;
  const { size } = await stat(file);
  console.log(output.trim().split('\n').slice(-2).join('\n'));
  console.log(
    `${rows} rows (${Math.round(size / 1e6)} MB), exit code ${code}: ${seconds.toFixed(1)} s, ` +
      `${Math.round(rows / seconds)} rows a second, peak memory ${Math.round(peak / 1024)} MB, ` +
      `${output.split('\n').length - 1} lines printed`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function write(file, count = rows) {
  const stream = createWriteStream(file);
  stream.write(`${COLUMNS}\n`);
  for (let index = 0; index < count; index++) {
    if (!stream.write(row(index))) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.end();
  await finished(stream);
}

function run(args, env) {
  const child = spawn(process.execPath, [join(PROJECT, 'bin', 'merzili.js'), ...args], { env });
  let output = '';
  let peak = 0;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // The process has just ended.
    }
  }, 100);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearInterval(timer);
      resolve({ code, peak, output });
    });
  });
}

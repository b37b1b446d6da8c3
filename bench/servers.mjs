import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { audienceUrl } from './database.mjs';
import { residentMb } from './processes.mjs';
import { BENCH, DATA, fromProject, PROJECT } from './project.mjs';

const START_MS = 60_000;

/** The contestants in the order of the tables. */
export const CONTESTANTS = [
  { name: 'limit', title: 'limit: bare node:http, one prepared statement' },
  { name: 'merzili', title: 'Merzili as it ships' },
  { name: 'mercurius', title: 'Mercurius + jit, tuned SQL' },
  { name: 'postgraphile', title: 'PostGraphile 5' },
  { name: 'apollo', title: 'Apollo, entities + DataLoader' },
];

/** PostGraphile 5 needs Node 22; with an older one, the npm package's Node runs it. */
export function nodeFor(name) {
  if (name !== 'postgraphile' || Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const packaged = join(BENCH, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin/node');
  if (!existsSync(packaged))
    throw new Error(`PostGraphile needs Node 22 or newer, and there is no ${packaged}`);
  return packaged;
}

/** Options of Node that a server is started with: Merzili's are those of `npm start`. */
const optionsOf = (name) => (name === 'merzili' ? ['--no-memory-reducer'] : []);

/** Starts a contestant in its own process; Merzili from the built checkout `project`. */
export async function startContestant(name, { ownerUrl, secret, audience = 'TUR', project = PROJECT }) {
  const started = Date.now();
  const child = spawn(nodeFor(name), [...optionsOf(name), join(BENCH, 'servers', `${name}.mjs`)], {
    // Merzili logs a line for every request, as it ships.
    stdio: ['ignore', 'pipe', name === 'merzili' ? 'ignore' : 'inherit'],
    env: { ...process.env, BENCH_PROJECT: project, ...(await environment(name, ownerUrl, secret, audience)) },
  });
  const port = await portOf(child, name);
  return {
    name,
    pid: child.pid,
    port,
    startedInMs: Date.now() - started,
    residentMb: () => residentMb(child.pid),
    headers: {
      'content-type': 'application/json',
      ...(name === 'merzili' ? await authorization(nationOf(audience), LIAISON[audience]) : {}),
    },
    /** Headers of another viewer, for Merzili. */
    headersOf: async (nation, role) => ({
      'content-type': 'application/json',
      ...(await authorization(nation, role)),
    }),
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}

async function environment(name, ownerUrl, secret, audience) {
  if (name !== 'merzili') {
    return {
      NODE_ENV: 'production',
      GRAPHILE_ENV: 'production',
      ROLE_URL: await audienceUrl(ownerUrl, secret, audience),
      OWNER_URL: ownerUrl,
    };
  }
  return {
    NODE_ENV: '',
    DATABASE_URL: ownerUrl,
    MERZILI_DATABASE_SECRET: secret,
    MERZILI_DATA_DIR: join(DATA, 'app'),
    MERZILI_ISSUERS: '',
  };
}

function portOf(child, name) {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(`${name} does not start`)), START_MS);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const port = /^listening (\d+)$/m.exec(text)?.[1];
      if (!port) return;
      clearTimeout(timeout);
      resolve(Number(port));
    });
  });
}

const LIAISON = { TUR: 'LIAISON_OFFICER', RUS: 'LIAISON_OFFICER', AZE: 'LIAISON_OFFICER', PUBLIC: 'PUBLIC' };

const nationOf = (audience) => (audience === 'PUBLIC' ? null : audience);

/** A token of a nation and role, valid for an hour. */
async function authorization(nation, role) {
  const [{ openDemoIssuers }, { mintToken }] = await Promise.all([
    fromProject('auth/demo-issuers.js'),
    fromProject('auth/mint.js'),
  ]);
  const { issuers } = await openDemoIssuers(join(DATA, 'app'));
  const issuer = issuers.find((candidate) => candidate.nation === nation);
  const subject = `bench ${role.toLowerCase()}`;
  return { authorization: `Bearer ${mintToken({ ...issuer, role, subject })}` };
}

/** Path and body of one request of a shape. */
export function requestOf(name, shape, { variables, postgraphile = variables }) {
  if (name === 'limit') return { path: `/${shape.name}`, body: JSON.stringify(variables) };
  const body =
    name === 'postgraphile'
      ? { query: shape.postgraphile, variables: postgraphile }
      : { query: shape.document, variables };
  return { path: '/graphql', body: JSON.stringify(body) };
}

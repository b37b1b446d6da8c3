import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';

/** Where sources are put that a process of its own can run; below the package, which they look for. */
const BUILD = join(PACKAGE_ROOT, 'node_modules/.cache/merzili-test');

let built: Promise<string> | null = null;

/** Translates the sources as they are now, file by file; answers the command line's entry. */
function entry(): Promise<string> {
  built ??= (async () => {
    const outdir = join(BUILD, String(process.pid));
    await mkdir(outdir, { recursive: true });
    process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
    const files = (await Promise.all(['src', 'migrations'].map(sources))).flat();
    await build({
      absWorkingDir: PACKAGE_ROOT,
      entryPoints: files,
      outdir,
      outbase: '.',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      supported: { 'import-attributes': true },
      loader: { '.json': 'copy' },
      tsconfig: join(PACKAGE_ROOT, 'tsconfig.json'),
      logLevel: 'warning',
    });
    return join(outdir, 'src/cli/merzili.js');
  })();
  return built;
}

async function sources(folder: string): Promise<string[]> {
  const names = await readdir(join(PACKAGE_ROOT, folder), { recursive: true });
  return names
    .filter(
      (name) => /\.(ts|json)$/.test(name) && !name.startsWith('graphiql/page') && !name.endsWith('.d.ts'),
    )
    .map((name) => join(folder, name));
}

/** A command in a process of its own. */
export interface RunningProcess {
  readonly child: ChildProcess;
  /** Everything it wrote to standard error so far. */
  log(): string;
  /** How it ended: its exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** A server in a process of its own. */
export interface SpawnedServer extends RunningProcess {
  readonly url: string;
}

export async function spawnCommand(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<RunningProcess> {
  const child = spawn(process.execPath, [await entry(), ...args], {
    cwd: PACKAGE_ROOT,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  return { child, ended, log: () => log };
}

export async function spawnServer(environment: Record<string, string>): Promise<SpawnedServer> {
  const { child, ended, log } = await spawnCommand(['serve'], { PORT: '0', ...environment });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      const found = /^API\s+(\S+)\/graphql$/m.exec(output);
      if (found?.[1]) resolve(found[1]);
    });
    void ended.then((end) => reject(new Error(`The server ended (${end}):\n${output}\n${log()}`)));
  });
  return { url, child, ended, log };
}

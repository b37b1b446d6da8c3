import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { merzili } from './command-line.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const COMMANDS = [
  'serve',
  'migrate',
  'import places',
  'import incidents',
  'token mint',
  'token revoke',
  'issuer freeze',
  'issuer unfreeze',
  'keys generate',
  'report',
];

describe('help', () => {
  it.each(COMMANDS)('%s --help says what it does, with examples', async (command) => {
    const { code, stdout, stderr } = await merzili([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: merzili ${command}`);
    expect(stdout).toMatch(/Examples:\n {2}\$ /);
    expect(stdout).toContain(`npx merzili ${command}`);
  });

  it('lists every command', async () => {
    const { code, stdout } = await merzili(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) {
      const [group = '', name] = command.split(' ');
      expect(stdout).toContain(`  ${group}`);
      if (name === undefined) continue;
      expect(await merzili([group, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`  ${name}`),
      });
    }
  });

  it('tells the version', async () => {
    expect(await merzili(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});

describe('wrong usage ends with 2 and a sentence on stderr', () => {
  it.each<[string, string]>([
    ['', 'Usage: merzili'],
    ['nonsense', "unknown command 'nonsense'"],
    ['import', 'Usage: merzili import'],
    ['import people x.csv', "unknown command 'people'"],
    ['import places', "missing required argument 'file'"],
    ['import places a.csv b.csv', 'too many arguments'],
    ['serve --port 1', "unknown option '--port'"],
    ['token mint', "required option '--role <role>' not specified"],
    ['token mint --role KING', 'Allowed choices are LIAISON_OFFICER'],
    ['token mint --role PUBLIC --nation ARM', 'Allowed choices are TUR, RUS, AZE'],
    ['token mint --role PUBLIC --nation TUR', 'leave --nation out'],
    ['token mint --role DUTY_OFFICER', 'add --nation TUR|RUS|AZE'],
    ['token mint --role PUBLIC --ttl 3601', 'from 1 to 3600'],
    ['token mint --role PUBLIC --ttl 1h', 'from 1 to 3600'],
    ['token mint --role PUBLIC --locale de', 'one of tr, ru, az, en'],
    ['token mint --role PUBLIC --scope incident:delete', 'Known scopes are'],
    ['token mint --role PUBLIC --subject \u0007', 'control characters'],
  ])('%j', async (line, words) => {
    const outcome = await merzili(line.split(' ').filter(Boolean), {
      env: { MERZILI_DATA_DIR: join(folder, 'unused') },
    });
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(words) });
    expect(outcome.stderr).not.toMatch(/^ {4}at /m);
  });

  it.each(['serve', 'migrate', 'import places x.csv', 'token mint --role PUBLIC'])(
    'and so does a wrong configuration: %s',
    async (line) => {
      const outcome = await merzili(line.split(' '), { env: { PORT: 'high' } });
      expect(outcome).toEqual({ code: 2, stdout: '', stderr: 'error: PORT takes a port number\n' });
    },
  );
});

describe('a job that fails', () => {
  const env = { DATABASE_URL: 'postgres://owner:password@127.0.0.1:1/none' };

  it('ends with 1, one sentence and no stack', async () => {
    const { code, stdout, stderr } = await merzili(['migrate'], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: DATABASE_URL: .*ECONNREFUSED.*\n$/);
  });

  it('shows the stack when debugging', async () => {
    const { code, stderr } = await merzili(['migrate'], { env: { ...env, MERZILI_LOG_LEVEL: 'debug' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\n[\s\S]*^ {4}at /m);
  });
});

describe('the program', () => {
  it('is there before it is built, and says how it gets built', async () => {
    const program = join(folder, 'unbuilt', 'bin', 'merzili.mjs');
    await cp(join(PACKAGE_ROOT, 'bin', 'merzili.js'), program);
    const outcome = await promisify(execFile)(program).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining("run 'npm ci'") });
  });

  it('hands arguments, environment, streams and exit code through', async () => {
    const outdir = join(PACKAGE_ROOT, 'node_modules/.cache/merzili/cli');
    await build({
      entryPoints: [join(PACKAGE_ROOT, 'src/cli/merzili.ts')],
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      outdir,
    });
    const spawned = async (...args: string[]) => {
      const child = spawn(process.execPath, [join(outdir, 'merzili.mjs'), ...args], {
        env: { PATH: process.env.PATH, MERZILI_DATA_DIR: join(folder, 'spawned') },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ]);
      return { code, stdout, stderr };
    };
    expect(await spawned('token', 'mint', '--role', 'PUBLIC')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/),
      stderr: '',
    });
    expect(await spawned('token', 'mint')).toMatchObject({ code: 2, stdout: '' });
  });
});

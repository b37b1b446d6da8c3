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

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

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

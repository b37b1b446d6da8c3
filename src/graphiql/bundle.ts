import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../common/package-root.js';

const PAGE = join(PACKAGE_ROOT, 'src/graphiql/page');
const STAMP = 'inputs.json';

const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
} as const;

/** Files of this repository in a bundle, by path from the root, with a hash of their contents. */
const stampSchema = z.object({ files: z.array(z.string()), hash: z.string() });

async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`);
    hash.update(await readFile(join(PACKAGE_ROOT, file)));
  }
  return hash.digest('hex');
}

async function isUpToDate(outDir: string): Promise<boolean> {
  try {
    const { files, hash } = stampSchema.parse(JSON.parse(await readFile(join(outDir, STAMP), 'utf8')));
    return hash === (await hashFiles(files));
  } catch {
    return false;
  }
}

function optionsFor(outDir: string): BuildOptions & { metafile: true } {
  return {
    absWorkingDir: PACKAGE_ROOT,
    outdir: outDir,
    bundle: true,
    minify: true,
    metafile: true,
    target: ['es2022'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/graphiql/',
    loader: { '.ttf': 'file' },
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.USE_IMPORT': '"true"' },
    legalComments: 'none',
    logLevel: 'warning',
  };
}

/** Path at which the page loads the output of an entry point. */
function addressOf(metafile: Metafile, entryPoint: string): { script: string; style: string | undefined } {
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint?.endsWith(entryPoint)) continue;
    const address = (file: string) => `/graphiql/${file.slice(file.lastIndexOf('/') + 1)}`;
    return { script: address(path), style: output.cssBundle && address(output.cssBundle) };
  }
  throw new Error(`esbuild made nothing of ${entryPoint}.`);
}

async function buildInto(outDir: string): Promise<void> {
  const workers = await build({
    ...optionsFor(outDir),
    entryPoints: Object.entries(WORKERS).map(([name, path]) => ({ in: path, out: `${name}-worker` })),
    format: 'iife',
  });
  const page = await build({
    ...optionsFor(outDir),
    entryPoints: [join(PAGE, 'main.tsx')],
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    define: {
      ...optionsFor(outDir).define,
      WORKERS: JSON.stringify(
        Object.fromEntries(
          Object.entries(WORKERS).map(([name, path]) => [name, addressOf(workers.metafile, path).script]),
        ),
      ),
    },
  });

  const { script, style } = addressOf(page.metafile, 'page/main.tsx');
  if (style === undefined) throw new Error('The GraphiQL page has no style.');
  const template = await readFile(join(PAGE, 'index.html'), 'utf8');
  await writeFile(join(outDir, 'index.html'), template.replace('%SCRIPT%', script).replace('%STYLE%', style));

  // The style of the whole page is in the one file the page links; esbuild repeats parts of it per chunk.
  const isUnused = (path: string) => path.endsWith('.css') && !path.endsWith(basename(style));
  const outputs = [...Object.keys(workers.metafile.outputs), ...Object.keys(page.metafile.outputs)];
  await Promise.all(
    outputs.map(async (path) => {
      const file = join(PACKAGE_ROOT, path);
      if (isUnused(path)) return rm(file);
      await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file), { level: 9 }));
    }),
  );

  const files = [
    ...Object.keys(page.metafile.inputs).filter((path) => path.startsWith('src/')),
    'src/graphiql/page/index.html',
    'src/graphiql/bundle.ts',
    'package-lock.json',
  ].sort();
  await writeFile(join(outDir, STAMP), JSON.stringify({ files, hash: await hashFiles(files) }));
}

/**
 * Bundles the GraphiQL page from the installed packages into `outDir`: index.html, hashed assets and their gzipped
 * copies. Does nothing if neither these files nor the lock file have changed. Several processes may do it at once;
 * `outDir` is replaced as a whole.
 */
export async function bundleGraphiql(outDir: string): Promise<void> {
  const target = resolve(outDir);
  if (await isUpToDate(target)) return;
  const draft = `${target}.${process.pid}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await buildInto(draft);
    if (await isUpToDate(target)) return;
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } catch (error) {
    if (!(await isUpToDate(target))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await bundleGraphiql(join(PACKAGE_ROOT, 'dist/graphiql'));
}

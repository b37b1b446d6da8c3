import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Setup } from './setup.js';

/** A file that is ready to be sent. */
export interface Asset {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly etag: string;
  readonly body: Buffer;
  /** The gzipped body, if the bundler made one. */
  readonly gzipped: Buffer | null;
}

const CONTENT_TYPE: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
};

/** The bundler names a file after its contents; nothing else in the folder is served. */
const HASHED = /-[A-Z0-9]{8}\.[a-z]+$/;

function assetOf(body: Buffer, fields: Pick<Asset, 'contentType' | 'cacheControl' | 'gzipped'>): Asset {
  return { ...fields, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

function readPage(assetsDir: string, setup: Setup): Asset {
  const file = join(assetsDir, 'index.html');
  if (!existsSync(file)) throw new Error(`GraphiQL is not bundled: ${file} is missing. Run 'npm run build'.`);
  const json = JSON.stringify(setup).replaceAll('<', '\\u003c');
  const page = readFileSync(file, 'utf8').replace('"%SETUP%"', () => json);
  return assetOf(Buffer.from(page), {
    contentType: 'text/html; charset=utf-8',
    cacheControl: 'no-cache',
    gzipped: null,
  });
}

/**
 * Reads the output of `bundleGraphiql`, by request path: the page at `/graphiql`, with `setup` inserted, and the
 * hashed files below it. Requests never read the disk.
 * @throws if the folder has no bundle
 */
export function readAssets(assetsDir: string, setup: Setup): ReadonlyMap<string, Asset> {
  const assets = new Map([['/graphiql', readPage(assetsDir, setup)]]);
  for (const name of readdirSync(assetsDir)) {
    const contentType = CONTENT_TYPE[extname(name)];
    if (contentType === undefined || !HASHED.test(name)) continue;
    const gzipped = join(assetsDir, `${name}.gz`);
    const asset = assetOf(readFileSync(join(assetsDir, name)), {
      contentType,
      cacheControl: 'public, max-age=31536000, immutable',
      gzipped: existsSync(gzipped) ? readFileSync(gzipped) : null,
    });
    assets.set(`/graphiql/${name}`, asset);
  }
  return assets;
}

import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { generateKeys } from '../auth/mint.js';
import { print, type Terminal } from './terminal.js';

const PRIVATE_FILE = 'private.jwk.json';
const PUBLIC_FILE = 'jwks.json';

const HELP = `
With --out writes ${PRIVATE_FILE}, readable by its owner alone, and ${PUBLIC_FILE}, which is what to publish and to
name as "jwks" in the file of MERZILI_ISSUERS; files that are there are left alone. Without --out prints both as one
JSON object with the members privateJwk and publicJwks.

Examples:
  $ npx merzili keys generate --out issuer-keys
  $ npx merzili keys generate | jq .publicJwks`;

export function addKeys(program: Command, terminal: Terminal): void {
  program
    .command('keys')
    .description('Keys of token issuers.')
    .command('generate')
    .description('Make a P-256 key pair (ES256) for an issuer.')
    .option('--out <folder>', 'folder to write the files to; made if absent')
    .addHelpText('after', HELP)
    .action((options: { out?: string }) => generate(options.out, terminal));
}

async function generate(out: string | undefined, { stdout }: Terminal): Promise<void> {
  const keys = generateKeys();
  if (out === undefined) return print(stdout, JSON.stringify(keys, null, 2));
  await mkdir(out, { recursive: true, mode: 0o700 });
  const files = [
    [join(out, PRIVATE_FILE), keys.privateJwk, 0o600],
    [join(out, PUBLIC_FILE), keys.publicJwks, 0o644],
  ] as const;
  for (const [path] of files) {
    if (await isThere(path))
      throw new Error(`${path} is there already: move it away, or choose another folder`);
  }
  for (const [path, content, mode] of files) {
    await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { mode, flag: 'wx' });
    print(stdout, path);
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { generateKeys } from '../auth/mint.js';
import { writeNewOutputs } from '../common/output-files.js';
import { errorMessage } from '../common/thrown.js';
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
  await mkdir(out, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new Error(`${out} is no folder and could not be made one: ${errorMessage(error)}`, {
      cause: error,
    });
  });
  const files = [
    { path: join(out, PRIVATE_FILE), content: asText(keys.privateJwk), mode: 0o600 },
    { path: join(out, PUBLIC_FILE), content: asText(keys.publicJwks), mode: 0o644 },
  ];
  await writeNewOutputs(files);
  for (const { path } of files) print(stdout, path);
}

function asText(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

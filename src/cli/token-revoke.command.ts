import { type Command, InvalidArgumentError } from 'commander';
import { isTokenName, TOKEN_NAME_FORM } from '../auth/claims.js';
import {
  ADMINISTRATION_HELP,
  type AdministratorOptions,
  administer,
  nationOption,
  tokenOption,
} from './administrator.js';
import { print, type Terminal } from './terminal.js';

const HELP = `${ADMINISTRATION_HELP}

Examples:
  $ MERZILI_TOKEN=... npx merzili token revoke --nation TUR --jti 0b9d5f0e-8f2c-4c1d-9a57-0f8f4f7f0c11`;

/** Adds `revoke` to the command `token`. */
export function addTokenRevoke(token: Command, terminal: Terminal): void {
  token
    .command('revoke')
    .description("Have a token of the administrator's own nation refused until it would have expired.")
    .addOption(nationOption())
    .requiredOption('--jti <jti>', 'the jti claim of the token', parseTokenId)
    .addOption(tokenOption())
    .addHelpText('after', HELP)
    .action(async ({ jti, ...options }: AdministratorOptions & { jti: string }) => {
      await administer({ kind: 'revoke', tokenId: jti }, options, terminal);
      print(terminal.stdout, `Tokens of ${options.nation} with this jti are refused.`);
    });
}

function parseTokenId(value: string): string {
  if (isTokenName(value)) return value;
  throw new InvalidArgumentError(`It has ${TOKEN_NAME_FORM}.`);
}

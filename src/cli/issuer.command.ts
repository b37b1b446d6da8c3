import type { Command } from 'commander';
import {
  ADMINISTRATION_HELP,
  type AdministratorOptions,
  administer,
  nationOption,
  tokenOption,
} from './administrator.js';
import { print, type Terminal } from './terminal.js';

const HELP = `${ADMINISTRATION_HELP}
If a nation's keys have leaked: freeze, replace the keys in its JWKS, then unfreeze with a token of a new key. A token
of a key that was published when the nation was frozen does not unfreeze it.

Examples:
  $ MERZILI_TOKEN=... npx merzili issuer freeze --nation TUR
  $ MERZILI_TOKEN=... npx merzili issuer unfreeze --nation TUR`;

export function addIssuer(program: Command, terminal: Terminal): void {
  const issuer = program.command('issuer').description("A nation's own issuers of tokens.");
  issuer
    .command('freeze')
    .description(
      'Have every token of the nation refused, whenever it was issued; no other nation is touched.',
    )
    .addOption(nationOption())
    .addOption(tokenOption())
    .addHelpText('after', HELP)
    .action(async (options: AdministratorOptions) => {
      await administer({ kind: 'freeze' }, options, terminal);
      print(terminal.stdout, `Tokens of ${options.nation} are refused.`);
    });
  issuer
    .command('unfreeze')
    .description('Trust the issuers of the nation again.')
    .addOption(nationOption())
    .addOption(tokenOption())
    .addHelpText('after', HELP)
    .action(async (options: AdministratorOptions) => {
      await administer({ kind: 'unfreeze' }, options, terminal);
      print(terminal.stdout, `Tokens of ${options.nation} are trusted again.`);
    });
}

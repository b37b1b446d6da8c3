import { type Command, InvalidArgumentError, Option } from 'commander';
import { isTokenName, TOKEN_NAME_FORM } from '../auth/claims.js';
import { readConfig } from '../common/config.js';
import { LANGUAGE_TAGS, type Locale, localeOf } from '../domain/locale.js';
import {
  isGranted,
  isNationalRole,
  NATIONS,
  type Nation,
  ROLES,
  type Role,
  SCOPES,
  type Scope,
} from '../domain/scopes.js';
import { UsageError } from './failure.js';
import { print, type Terminal } from './terminal.js';
import { addTokenRevoke } from './token-revoke.command.js';

const MAXIMUM_TTL = 3_600;

const HELP = `
Prints the token and nothing else. For the demo: the keys are those the server makes in MERZILI_DATA_DIR when no
issuers are configured (MERZILI_ISSUERS); with issuers configured, tokens come from them.

Examples:
  $ npx merzili token mint --nation TUR --role LIAISON_OFFICER
  $ npx merzili token mint --role PUBLIC --ttl 300
  $ npx merzili token mint --nation RUS --role CONTINGENT_HEAD --subject head-2 --locale ru \\
      --scope reference:read incident:read
  $ curl -H "Authorization: Bearer $(npx merzili token mint --role INTEGRATOR)" ...`;

interface MintOptions {
  nation?: Nation;
  role: Role;
  subject?: string;
  scope?: Scope[];
  locale?: Locale;
  ttl: number;
}

export function addToken(program: Command, terminal: Terminal): void {
  const token = program.command('token').description('Tokens: those of the demo, and revoking.');
  addTokenRevoke(token, terminal);
  token
    .command('mint')
    .description('Mint a token of a demo issuer and print it.')
    .addOption(new Option('--role <role>', 'role of the bearer').choices(ROLES).makeOptionMandatory())
    .addOption(
      new Option('--nation <nation>', 'nation of the issuer; none for INTEGRATOR and PUBLIC').choices(
        NATIONS,
      ),
    )
    .option('--subject <subject>', 'who the bearer is (default: demo- and the role)', parseSubject)
    .option('--scope <scopes...>', 'scopes (default: all that the role is granted)', parseScopes)
    .addOption(
      new Option('--locale <language>', `language of the bearer: ${LANGUAGE_TAGS.join(', ')}`).argParser(
        parseLocale,
      ),
    )
    .option('--ttl <seconds>', `lifetime, 1 to ${MAXIMUM_TTL}`, parseTtl, MAXIMUM_TTL)
    .addHelpText('after', HELP)
    .action((options: MintOptions) => mint(options, terminal));
}

async function mint(
  { nation, role, subject, scope, locale, ttl }: MintOptions,
  terminal: Terminal,
): Promise<void> {
  if (isNationalRole(role) && nation === undefined) {
    throw new UsageError(`${role} is a role of a nation: add --nation ${NATIONS.join('|')}`);
  }
  if (!isNationalRole(role) && nation !== undefined) {
    throw new UsageError(`${role} belongs to no nation: leave --nation out`);
  }
  const config = readConfig(terminal.env);
  if (config.issuersFile !== null) {
    throw new Error(
      `The server trusts the issuers in ${config.issuersFile} only (MERZILI_ISSUERS): get a token from one of them`,
    );
  }
  const { openDemoIssuers } = await import('../auth/demo-issuers.js');
  const { mintToken } = await import('../auth/mint.js');
  const { issuers } = await openDemoIssuers(config.dataDir);
  const issuer = issuers.find((candidate) => candidate.nation === (nation ?? null));
  if (issuer === undefined) throw new Error(`No demo issuer for ${nation ?? 'the Centre'}`);
  for (const name of scope ?? []) {
    if (isGranted(name, role, issuer.nation)) continue;
    print(terminal.stderr, `note: ${role} is not granted ${name}, so that it has no effect`);
  }
  const token = mintToken({
    ...issuer,
    role,
    subject: subject ?? `demo-${role.toLowerCase().replaceAll('_', '-')}`,
    scopes: scope,
    locale,
    ttlSeconds: ttl,
  });
  print(terminal.stdout, token);
}

function parseSubject(value: string): string {
  if (isTokenName(value)) return value;
  throw new InvalidArgumentError(`It has ${TOKEN_NAME_FORM}.`);
}

/** Takes scopes separated by spaces, as in the claim, or as repeated options. */
function parseScopes(value: string, before: Scope[] = []): Scope[] {
  const named = value.split(/[\s,]+/).filter((name) => name !== '');
  const scopes = named.map((name) => {
    const scope = SCOPES.find((candidate) => candidate === name);
    if (scope === undefined) throw new InvalidArgumentError(`Known scopes are ${SCOPES.join(', ')}.`);
    return scope;
  });
  return [...new Set([...before, ...scopes])];
}

function parseLocale(value: string): Locale {
  const locale = localeOf(value);
  if (locale === undefined) throw new InvalidArgumentError(`It is one of ${LANGUAGE_TAGS.join(', ')}.`);
  return locale;
}

function parseTtl(value: string): number {
  const seconds = /^\d+$/.test(value) ? Number(value) : 0;
  if (seconds >= 1 && seconds <= MAXIMUM_TTL) return seconds;
  throw new InvalidArgumentError(`It is a whole number of seconds from 1 to ${MAXIMUM_TTL}.`);
}

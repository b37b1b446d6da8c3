import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { isStorable } from '../common/utf8.js';
import { EXIT, reportFailure, UsageError } from './failure.js';
import { addImport } from './import.command.js';
import { addIssuer } from './issuer.command.js';
import { addKeys } from './keys.command.js';
import { addMigrate } from './migrate.command.js';
import { addReport } from './report.command.js';
import { addServe } from './serve.command.js';
import type { Terminal } from './terminal.js';
import { addToken } from './token.command.js';

const HELP = `
Exit codes: 0 done, 1 not done, 2 wrong options, values or configuration.
Configuration comes from environment variables, which the README lists; MERZILI_LOG_LEVEL=debug shows stacks.

Examples:
  $ npx merzili serve
  $ npx merzili token mint --nation TUR --role LIAISON_OFFICER
  $ npx merzili import incidents incidents.csv`;

/** Runs a command line and returns its exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    checkArguments(args);
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    return reportFailure(error, terminal);
  }
}

/** Node replaces bytes of arguments that are not UTF-8 by U+FFFD; the replacement would be recorded. */
function checkArguments(args: readonly string[]): void {
  const index = args.findIndex((argument) => argument.includes('\ufffd') || !isStorable(argument));
  if (index >= 0) throw new UsageError(`argument ${index + 1} is not text in UTF-8`);
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('merzili')
    .description('The record of the Joint Turkish-Russian Monitoring Centre: server and tools.')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .addHelpText('after', HELP);
  addServe(program, terminal);
  addMigrate(program, terminal);
  addImport(program, terminal);
  addToken(program, terminal);
  addIssuer(program, terminal);
  addKeys(program, terminal);
  addReport(program, terminal);
  return program;
}

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

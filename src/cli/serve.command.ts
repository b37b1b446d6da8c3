import type { Command } from 'commander';
import type { RunningServer } from '../app/main.js';
import { type Config, readServerConfig } from '../common/config.js';
import { print, type Terminal } from './terminal.js';

const HELP = `
The first start makes the database and fills it with the data that ships. Ctrl-C ends the server cleanly.

Examples:
  $ npx merzili serve
  $ PORT=8080 MERZILI_DATA_DIR=/var/lib/merzili npx merzili serve
  $ DATABASE_URL=postgres://owner:password@db.example:5432/merzili npx merzili serve`;

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('Serve the API, by default on http://127.0.0.1:4000.')
    .addHelpText('after', HELP)
    .action(async () => {
      const config = readServerConfig(terminal.env);
      const stopRequested = terminal.stopRequested();
      const { InterruptedError, startServer } = await import('../app/main.js');
      try {
        const server = await startServer(config, (line) => print(terminal.stderr, line), stopRequested);
        try {
          printAddresses(server, config, terminal);
          await Promise.race([stopRequested, server.databaseLost]);
        } finally {
          await server.stop();
        }
      } catch (error) {
        if (!(error instanceof InterruptedError)) throw error;
      }
    });
}

function printAddresses({ url, isDemo }: RunningServer, { issuersFile }: Config, { stdout }: Terminal): void {
  print(stdout, `API       ${url}/graphql`);
  print(stdout, `GraphiQL  ${url}/graphiql`);
  print(stdout, `Tokens    ${isDemo ? DEMO_TOKENS : `of the issuers in ${issuersFile}`}`);
}

const DEMO_TOKENS = 'npx merzili token mint --nation TUR --role LIAISON_OFFICER (demo mode)';

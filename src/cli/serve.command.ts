import type { Command } from 'commander';
import { readConfig } from '../common/config.js';
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
      const config = readConfig(terminal.env);
      const stopRequested = terminal.stopRequested();
      const { startServer } = await import('../app/main.js');
      const server = await startServer(config, (line) => print(terminal.stderr, line));
      try {
        print(terminal.stdout, `API       ${server.url}/graphql`);
        print(terminal.stdout, `GraphiQL  ${server.url}/graphiql`);
        print(
          terminal.stdout,
          `Tokens    ${server.isDemo ? DEMO_TOKENS : `of the issuers in ${config.issuersFile}`}`,
        );
        await stopRequested;
      } finally {
        await server.stop();
      }
    });
}

const DEMO_TOKENS = 'npx merzili token mint --nation TUR --role LIAISON_OFFICER (demo mode)';

import type { Command } from 'commander';
import { readConfig } from '../common/config.js';
import { print, type Terminal } from './terminal.js';

const HELP = `
The server does this by itself when it starts. Migrating again changes nothing.

Examples:
  $ npx merzili migrate
  $ DATABASE_URL=postgres://owner:password@db.example:5432/merzili npx merzili migrate`;

export function addMigrate(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('Bring the database to the newest shape and set the passwords of its roles.')
    .addHelpText('after', HELP)
    .option('--rotate-secret', "set new passwords of the roles, from today's MERZILI_DATABASE_SECRET")
    .action(async (options: { rotateSecret?: boolean }) => {
      const config = readConfig(terminal.env);
      const { withDatabase } = await import('./database.js');
      const { migrate } = await import('../app/migrate.js');
      await withDatabase(
        config,
        (line) => print(terminal.stderr, line),
        async (database) => {
          const { owner } = await migrate(database, options);
          await owner.destroy();
        },
      );
      print(terminal.stdout, 'The database is up to date.');
    });
}

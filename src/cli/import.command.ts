import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { readConfig } from '../common/config.js';
import { interruptible } from './interruption.js';
import { createProgress, type Progress } from './progress.js';
import { print, type Terminal } from './terminal.js';

const RULES = `
All or nothing: each bad value is named with its line and column, and then nothing is imported. Importing the
same file again changes nothing. Ctrl-C ends an import, and then nothing is imported.`;

const PLACES_HELP = `${RULES} Known codes are changed where they differ; none are removed.
Columns as in data/places.csv: code, kind, parent, name_tr, name_ru, name_az, name_en, aliases (separated by |),
latitude, longitude.

Examples:
  $ npx merzili import places places.csv`;

const INCIDENTS_HELP = `${RULES} Incidents imported before have to be as they were.
Columns as in data/incidents.csv; data/README.md describes them. A blank count means unknown.

Examples:
  $ npx merzili import incidents incidents.csv`;

export function addImport(program: Command, terminal: Terminal): void {
  const command = program.command('import').description('Import a CSV file into the record.');
  command
    .command('places')
    .description('Import districts, settlements and areas.')
    .argument('<file>', 'CSV file in UTF-8')
    .addHelpText('after', PLACES_HELP)
    .action((file: string) =>
      importFile(terminal, 'Places', async ({ owner, signal }) => {
        const { importPlaces } = await import('../imports/places.import.js');
        const { added, changed, unchanged } = await importPlaces(owner, resolve(file), signal);
        return `Places: ${added} added, ${changed} changed, ${unchanged} as they were.`;
      }),
    );
  command
    .command('incidents')
    .description('Import incidents, as reported and not assessed.')
    .argument('<file>', 'CSV file in UTF-8')
    .addHelpText('after', INCIDENTS_HELP)
    .action((file: string) =>
      importFile(terminal, 'Incidents', async ({ owner, signal, progress }) => {
        const { importIncidents } = await import('../imports/incidents.import.js');
        const { added, unchanged } = await importIncidents(owner, resolve(file), {
          onProgress: progress.show,
          signal,
        });
        return `Incidents: ${added} added, ${unchanged} as they were.`;
      }),
    );
}

interface ImportContext {
  readonly owner: DataSource;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** `work` returns a line that describes the result. */
async function importFile(
  terminal: Terminal,
  what: string,
  work: (context: ImportContext) => Promise<string>,
): Promise<void> {
  const config = readConfig(terminal.env);
  const { withOwner } = await import('./database.js');
  const progress = createProgress(terminal, what);
  let done = '';
  try {
    await interruptible(terminal, ({ signal, begin }) =>
      withOwner(
        config,
        (line) => print(terminal.stderr, line),
        async (owner) => {
          begin();
          done = await work({ owner, signal, progress });
        },
      ),
    );
  } finally {
    progress.stop();
  }
  print(terminal.stdout, done);
}

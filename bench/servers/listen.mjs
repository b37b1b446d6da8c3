import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { PROJECT } from '../project.mjs';

/** Connection string of the role that a competitor connects as; row-level security applies to it. */
export const ROLE_URL = process.env.ROLE_URL;

/** Sends the benchmark the address of the server. */
export function tellPort(port) {
  process.stdout.write(`listening ${port}\n`);
  process.once('SIGTERM', () => process.exit(0));
}

export function listen(handler) {
  const server = createServer(handler);
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
}

/** Labels of a vocabulary's codes by locale, from the project's catalogs. */
export async function labelsOf(vocabulary) {
  const labels = {};
  for (const locale of ['TR', 'RU', 'AZ', 'EN']) {
    const file = join(PROJECT, `src/i18n/catalogs/${locale.toLowerCase()}.json`);
    labels[locale] = JSON.parse(await readFile(file, 'utf8')).vocabulary[vocabulary];
  }
  return labels;
}

/** Fallback order of localized texts. */
export const FALLBACKS = {
  TR: ['TR', 'AZ', 'EN', 'RU'],
  AZ: ['AZ', 'TR', 'EN', 'RU'],
  RU: ['RU', 'EN', 'TR', 'AZ'],
  EN: ['EN', 'source', 'RU', 'TR', 'AZ'],
};

import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { Party } from '../modules/parties/party.entity.js';
import { updateLabelWords } from '../modules/search/label-words.js';
import { updateSynonyms } from '../modules/search/synonyms.js';
import { DERIVED_IDENTITY } from './incident-identity.js';
import { importIncidentsFile } from './incidents.import.js';
import { lockImports } from './lock.js';
import { importReference } from './reference.import.js';

/**
 * Fills a new database with the shipped reference data and incidents. If there are parties already, it only
 * updates label words and synonyms from the catalogs and the glossary. If several processes start at once,
 * one of them does it.
 */
export async function importShippedData(dataSource: DataSource): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await lockImports(manager);
    await updateLabelWords(manager);
    await updateSynonyms(manager);
    if (await manager.exists(Party)) return;
    await importReference(manager);
    await importIncidentsFile(manager, join(PACKAGE_ROOT, 'data', 'incidents.csv'), DERIVED_IDENTITY);
  });
}

import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { LANGUAGES, LOCALES } from '../domain/locale.js';
import type { StoredText, StoredTranslation } from '../graphql-types/localized-text.type.js';
import {
  Agreement,
  AgreementSignatory,
  Provision,
  ProvisionDeadline,
  ProvisionParty,
  ProvisionPlace,
} from '../modules/agreements/agreement.entity.js';
import { Centre, Contingent } from '../modules/centre/centre.entity.js';
import { Appointment, Official } from '../modules/officials/official.entity.js';
import { Party } from '../modules/parties/party.entity.js';
import { Place } from '../modules/places/place.entity.js';
import { importPlacesFile } from './places.import.js';
import { type AgreementFile, type Names, type OfficialsFile, readReferenceFiles } from './reference-files.js';

/** Key of a code. */
type KeyOf = (code: string) => number;

/**
 * Imports the reference data of data/: parties, places, officials, agreements and the Centre. The key of
 * a row is its position in the file, so new entries go to the end of a file. Unchanged rows are not
 * written.
 */
export async function importReference(manager: EntityManager): Promise<void> {
  const files = await readReferenceFiles();
  const party = keysByPosition('party', files.parties);
  const official = keysByPosition('official', files.officials);

  await manager.save(
    Party,
    files.parties.map(({ code, kind, name }, index) => ({ key: index + 1, code, kind, names: name })),
  );
  await importPlacesFile(manager, join(PACKAGE_ROOT, 'data', 'places.csv'));
  const places = new Map((await manager.find(Place)).map(({ code, key }) => [code, key]));
  const place = (code: string): number => found('place', code, places.get(code));

  await saveOfficials(manager, files.officials, party);
  await saveAgreements(manager, files.agreements, { party, official, place });
  const { name, place: placeCode, openedOn, closedOn, contingents } = files.centre;
  await manager.save(Centre, { key: 1, names: name, placeKey: place(placeCode), openedOn, closedOn });
  await manager.save(Contingent, contingents);
}

async function saveOfficials(manager: EntityManager, officials: OfficialsFile, party: KeyOf): Promise<void> {
  await manager.save(
    Official,
    officials.map(({ code, party: partyCode, name }, index) => ({
      key: index + 1,
      code,
      partyKey: party(partyCode),
      names: name,
    })),
  );
  const appointments = officials.flatMap((official, index) =>
    official.appointments.map((appointment) => ({ ...appointment, officialKey: index + 1 })),
  );
  await manager.save(
    Appointment,
    appointments.map(({ officialKey, role, title, rank, from, to }, index) => ({
      key: index + 1,
      officialKey,
      role,
      titles: title,
      ranks: rank ?? { tr: null, ru: null, az: null, en: null },
      startsOn: from,
      endsOn: to,
    })),
  );
}

async function saveAgreements(
  manager: EntityManager,
  agreements: AgreementFile,
  keys: Record<'party' | 'official' | 'place', KeyOf>,
): Promise<void> {
  await manager.save(
    Agreement,
    agreements.map(({ code, title, signedOn, effectiveAt, sources }, index) => ({
      key: index + 1,
      code,
      titles: title,
      signedOn,
      effectiveAt: effectiveAt === null ? null : new Date(effectiveAt),
      sources,
    })),
  );
  await manager.save(
    AgreementSignatory,
    agreements.flatMap(({ signatories }, index) =>
      signatories.map((code, before) => ({
        agreementKey: index + 1,
        officialKey: keys.official(code),
        ordinal: before + 1,
      })),
    ),
  );
  await saveProvisions(manager, provisionsOf(agreements), keys);
}

type ProvisionRecord = ReturnType<typeof provisionsOf>[number];

/** The provisions of all agreements, with their keys and codes. */
function provisionsOf(agreements: AgreementFile) {
  return agreements
    .flatMap(({ code, provisions }, index) =>
      provisions.map((provision) => ({
        ...provision,
        code: `${code}/${provision.number}`,
        agreementKey: index + 1,
      })),
    )
    .map((provision, index) => ({ ...provision, key: index + 1 }));
}

async function saveProvisions(
  manager: EntityManager,
  provisions: readonly ProvisionRecord[],
  { party, place }: Record<'party' | 'place', KeyOf>,
): Promise<void> {
  await manager.save(
    Provision,
    provisions.map(({ key, code, number, agreementKey, summary }) => ({
      key,
      code,
      number,
      agreementKey,
      summary: compiledText(summary),
    })),
  );
  const parties = partsOf(provisions, ({ obligedParties }) => obligedParties);
  await manager.save(
    ProvisionParty,
    parties.map(({ part, ...position }) => ({ ...position, partyKey: party(part) })),
  );
  const places = partsOf(provisions, (provision) => provision.places);
  await manager.save(
    ProvisionPlace,
    places.map(({ part, ...position }) => ({ ...position, placeKey: place(part) })),
  );
  const deadlines = partsOf(provisions, (provision) => provision.deadlines);
  await manager.save(
    ProvisionDeadline,
    deadlines.map(({ part: { subject, planned, revised, actual }, ...position }) => ({
      ...position,
      subjects: subject,
      planned,
      revised,
      actual,
    })),
  );
}

/** The parts of all provisions, each with its provision and its ordinal from 1. */
function partsOf<T>(
  provisions: readonly ProvisionRecord[],
  list: (provision: ProvisionRecord) => readonly T[],
) {
  return provisions.flatMap((provision) =>
    list(provision).map((part, index) => ({ provisionKey: provision.key, ordinal: index + 1, part })),
  );
}

/** A text with an English source and translations by the compiler of the data. */
function compiledText(names: Names): StoredText {
  const entries = LOCALES.map((locale) => {
    const status = locale === 'EN' ? 'SOURCE' : 'WORKING';
    const translation: StoredTranslation = {
      locale,
      text: names[LANGUAGES[locale].tag],
      status,
      revision: 1,
    };
    return [locale, translation];
  });
  return { source: 'EN', revision: 1, texts: Object.fromEntries(entries) };
}

function keysByPosition(what: string, entries: readonly { code: string }[]): KeyOf {
  const keys = new Map(entries.map(({ code }, index) => [code, index + 1]));
  return (code) => found(what, code, keys.get(code));
}

function found(what: string, code: string, key: number | undefined): number {
  if (key === undefined) throw new Error(`data/ names the ${what} ${code}, which it does not have`);
  return key;
}

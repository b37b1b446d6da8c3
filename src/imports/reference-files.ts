import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { NATIONS } from '../domain/scopes.js';
import { VOCABULARIES } from '../domain/vocabularies.js';

const names = z.strictObject({ tr: z.string(), ru: z.string(), az: z.string(), en: z.string() });
const date = z.iso.date();

const parties = z.array(
  z.strictObject({ code: z.string(), kind: z.enum(VOCABULARIES.PartyKind), name: names }),
);

const officials = z.array(
  z.strictObject({
    code: z.string(),
    party: z.string(),
    name: names,
    appointments: z.array(
      z.strictObject({
        role: z.string(),
        title: names,
        rank: names.nullable(),
        from: date.nullable(),
        to: date.nullable(),
      }),
    ),
    sources: z.array(z.string()),
  }),
);

const agreements = z.array(
  z.strictObject({
    code: z.string(),
    title: names,
    signedOn: date,
    effectiveAt: z.iso.datetime().nullable(),
    signatories: z.array(z.string()),
    sources: z.array(z.string()),
    provisions: z.array(
      z.strictObject({
        number: z.int().positive(),
        summary: names,
        obligedParties: z.array(z.string()),
        places: z.array(z.string()),
        deadlines: z.array(
          z.strictObject({
            subject: names,
            planned: date.nullable(),
            revised: date.nullable(),
            actual: date.nullable(),
          }),
        ),
        sources: z.array(z.string()),
      }),
    ),
  }),
);

const centre = z.strictObject({
  name: names,
  place: z.string(),
  openedOn: date,
  closedOn: date.nullable(),
  contingents: z.array(z.strictObject({ nation: z.enum(NATIONS), strength: z.int().positive() })),
});

/** A name in each language, in the format of the files. */
export type Names = z.infer<typeof names>;
export type AgreementFile = z.infer<typeof agreements>;
export type OfficialsFile = z.infer<typeof officials>;

/** The validated JSON files of data/. data/README.md describes them. */
export async function readReferenceFiles() {
  return {
    parties: await readJson('parties.json', parties),
    officials: await readJson('officials.json', officials),
    agreements: await readJson('agreements.json', agreements),
    centre: await readJson('centre.json', centre),
  };
}

async function readJson<T>(name: string, shape: z.ZodType<T>): Promise<T> {
  const result = shape.safeParse(JSON.parse(await readFile(join(PACKAGE_ROOT, 'data', name), 'utf8')));
  if (!result.success) throw new Error(`data/${name}: ${z.prettifyError(result.error)}`);
  return result.data;
}

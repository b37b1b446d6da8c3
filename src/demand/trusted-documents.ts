import { z } from 'zod';
import { fileProblem } from '../common/remedy.js';
import { readTextFile } from '../common/utf8.js';

/** The format of generate-persisted-query-manifest of Apollo. */
const APOLLO_MANIFEST = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});
/** The format of the client preset of GraphQL codegen and of the Relay compiler: texts by hash. */
const CODEGEN_MANIFEST = z.record(z.string().min(1), z.string().min(1));

/** The parts of a request that identify its document. */
interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

export interface TrustedDocuments {
  readonly size: number;
  /**
   * The text of the trusted document that a request names by `documentId`, by `extensions.persistedQuery.sha256Hash`,
   * or by its full text. Null if there is none.
   */
  textFor(request: DocumentRequest): string | null;
}

/** Reads a manifest in either format. Rejects with a sentence for the operator. */
export async function loadTrustedDocuments(file: string): Promise<TrustedDocuments> {
  let json: unknown;
  try {
    json = JSON.parse(await readTextFile(file));
  } catch (error) {
    throw new Error(`MERZILI_TRUSTED_DOCUMENTS: ${file} cannot be read as JSON: ${fileProblem(error)}`, {
      cause: error,
    });
  }
  return trustedDocuments(textsOf(json, file));
}

function trustedDocuments(texts: ReadonlyMap<string, string>): TrustedDocuments {
  const known = new Set(texts.values());
  return {
    size: texts.size,
    textFor({ query, documentId, extensions }) {
      const id = documentId ?? persistedHash(extensions);
      if (typeof id === 'string') return texts.get(id) ?? texts.get(id.replace(/^sha256:/, '')) ?? null;
      return typeof query === 'string' && known.has(query) ? query : null;
    },
  };
}

/** The body with the text of its trusted document, or null if it names none. */
export function trustedBody(documents: TrustedDocuments, body: unknown): object | null {
  if (typeof body !== 'object' || body === null) return null;
  const query = documents.textFor(body);
  if (query === null) return null;
  const { documentId: _id, extensions: _extensions, ...rest }: DocumentRequest = body;
  return { ...rest, query };
}

/** The parameters of a GET with the text of their trusted document, or null if they name none. */
export function trustedSearch(documents: TrustedDocuments, search: string): string | null {
  const parameters = new URLSearchParams(search);
  let extensions: unknown;
  try {
    extensions = JSON.parse(parameters.get('extensions') ?? 'null');
  } catch {
    return null;
  }
  const [query, documentId] = ['query', 'documentId'].map((name) => parameters.get(name) ?? undefined);
  const text = documents.textFor({ query, documentId, extensions });
  if (text === null) return null;
  parameters.set('query', text);
  parameters.delete('documentId');
  parameters.delete('extensions');
  return `?${parameters}`;
}

function textsOf(json: unknown, file: string): Map<string, string> {
  const apollo = APOLLO_MANIFEST.safeParse(json);
  if (apollo.success) return new Map(apollo.data.operations.map(({ id, body }) => [id, body]));
  const codegen = CODEGEN_MANIFEST.safeParse(json);
  if (codegen.success) return new Map(Object.entries(codegen.data));
  throw new Error(
    `MERZILI_TRUSTED_DOCUMENTS: ${file} is neither a manifest of GraphQL codegen (texts by hash) nor one of Apollo's tools`,
  );
}

const PERSISTED = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });

function persistedHash(extensions: unknown): string | null {
  const parsed = PERSISTED.safeParse(extensions);
  return parsed.success ? parsed.data.persistedQuery.sha256Hash : null;
}

import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { fileProblem } from '../common/remedy.js';
import { parseStrictJson } from '../common/strict-json.js';
import { readTextFile } from '../common/utf8.js';
import { isNationalRole, NATIONS, type Nation, ROLES, type Role } from '../domain/scopes.js';

/** Where the public keys of an issuer are published. */
export type JwksLocation =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string };

/** An entry of the trust configuration: an issuer, its nation, and the roles of its tokens. */
export interface Issuer {
  /** Compared with `iss` character by character. */
  readonly issuer: string;
  /** Null for the Centre's own issuer. */
  readonly nation: Nation | null;
  readonly roles: readonly Role[];
  readonly jwks: JwksLocation;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Paths are relative to `base`. URLs must be https, or http on loopback. */
function locateJwks(value: string, base: string): JwksLocation | string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(value)) return { kind: 'file', path: resolve(base, value) };
  if (!URL.canParse(value)) return 'must be a path or an https URL';
  const url = new URL(value);
  const isLoopbackHttp = url.protocol === 'http:' && LOOPBACK.test(url.hostname);
  if (url.protocol !== 'https:' && !isLoopbackHttp)
    return 'must be a path or an https URL (http on loopback)';
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
  return { kind: 'url', url: url.href };
}

function issuerEntry(base: string) {
  return z
    .strictObject({
      issuer: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters'),
      nation: z.enum(NATIONS, `must be one of ${NATIONS.join(', ')} or null`).nullable(),
      roles: z.array(z.enum(ROLES, `must be one of ${ROLES.join(', ')}`)).min(1, 'must name a role'),
      jwks: z
        .string()
        .min(1)
        .transform((value, context): JwksLocation => {
          const location = locateJwks(value, base);
          if (typeof location !== 'string') return location;
          context.addIssue({ code: 'custom', message: location });
          return z.NEVER;
        }),
    })
    .superRefine(({ nation, roles }, context) => {
      roles.forEach((role, index) => {
        const path = ['roles', index];
        if (roles.indexOf(role) !== index)
          context.addIssue({ code: 'custom', path, message: `${role} is named twice` });
        if (isNationalRole(role) === (nation !== null)) return;
        const message =
          nation === null
            ? `${role} is a role of a nation; the Centre's own issuer (nation null) grants INTEGRATOR and PUBLIC`
            : `${role} comes from the Centre's own issuer (nation null), never from a nation`;
        context.addIssue({ code: 'custom', path, message });
      });
    });
}

const keySource = (jwks: JwksLocation) => (jwks.kind === 'file' ? jwks.path : jwks.url);

/** Normalizes an issuer to find look-alikes. Tokens are compared with the exact name. */
const comparableForm = (issuer: string) => issuer.toLowerCase().replace(/\/+$/, '');

function issuersFile(base: string) {
  return z.strictObject({
    issuers: z
      .array(issuerEntry(base))
      .min(1, 'must name an issuer')
      .superRefine((issuers, context) => {
        issuers.forEach((entry, index) => {
          const refuse = (field: string, message: string) =>
            context.addIssue({ code: 'custom', path: [index, field], message });
          const earlier = issuers.slice(0, index);
          const namesake = earlier.findIndex(
            (other) => comparableForm(other.issuer) === comparableForm(entry.issuer),
          );
          if (namesake !== -1) refuse('issuer', `is the same as issuers[${namesake}].issuer`);
          const sharer = earlier.findIndex((other) => keySource(other.jwks) === keySource(entry.jwks));
          if (sharer !== -1)
            refuse('jwks', `is shared with issuers[${sharer}]; each issuer has its own keys`);
        });
      }),
  });
}

function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return name.replace(/^\./, '') || 'the file';
}

/**
 * Loads the trust configuration that MERZILI_ISSUERS names: `{ "issuers": [{ "issuer", "nation": "TUR" | "RUS" |
 * "AZE" | null, "roles": [...], "jwks": path or URL }] }`. Throws one Error that names the file and every invalid
 * field.
 */
export async function loadIssuers(file: string): Promise<readonly Issuer[]> {
  let content: unknown;
  try {
    content = parseStrictJson(await readTextFile(file));
  } catch (error) {
    throw new Error(`${file}: ${fileProblem(error)}`, { cause: error });
  }
  const parsed = issuersFile(dirname(resolve(file))).safeParse(content);
  if (parsed.success) return parsed.data.issuers;
  const problems = parsed.error.issues.map((issue) => `${file}: ${fieldName(issue.path)}: ${issue.message}`);
  throw new Error(problems.join('\n'));
}

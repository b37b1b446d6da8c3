import { codeOf, errorMessage } from './thrown.js';

/** Codes of OpenSSL for a certificate that no known authority has signed. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
};

/** Why a file cannot be read, without its path. */
export function fileProblem(error: unknown): string {
  return FILE_PROBLEMS[codeOf(error)] ?? errorMessage(error);
}

/** The message of a failed connection. `authorityRemedy` says how to trust a private authority. */
export function connectionProblem(error: unknown, authorityRemedy: string): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : null;
  const message = cause === null ? errorMessage(error) : `${errorMessage(error)}: ${errorMessage(cause)}`;
  const isUnknown = UNKNOWN_AUTHORITY.has(codeOf(error)) || UNKNOWN_AUTHORITY.has(codeOf(cause));
  return isUnknown ? `${message}; ${authorityRemedy}` : message;
}

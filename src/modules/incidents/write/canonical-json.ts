/**
 * JSON in the one form of RFC 8785 (JSON Canonicalization Scheme). Throws on what JSON has no form for:
 * undefined, functions, infinite numbers, lone surrogates, objects other than plain ones and lists.
 * npm's canonicalize, which the tests compare with, leaves members out that are undefined and writes
 * functions as `undefined`: a hash would be over less than was given.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  // Not map(), which passes over holes.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (isPlainObject(value)) {
    // Without a comparison sort() orders by UTF-16 code units, as the RFC asks.
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${canonicalString(name)}:${canonicalJson(value[name])}`).join(',')}}`;
  }
  throw new TypeError(`${typeof value === 'number' ? value : typeof value} has no canonical JSON`);
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new TypeError('a lone surrogate has no canonical JSON');
  return JSON.stringify(text);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

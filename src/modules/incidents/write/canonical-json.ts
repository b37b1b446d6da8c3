/**
 * Canonical JSON (RFC 8785). Throws on values without a JSON form: undefined, functions, infinite numbers, lone
 * surrogates, objects other than plain ones and lists. The npm package canonicalize, which the tests compare with,
 * omits undefined members and writes functions as `undefined`, so that a hash would not cover the whole value.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  // map() would skip holes.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (isPlainObject(value)) {
    // sort() orders by UTF-16 code units by default, as the RFC requires.
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

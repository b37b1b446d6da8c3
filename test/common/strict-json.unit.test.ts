import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from '../../src/common/strict-json.js';

describe('parseStrictJson', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":[{"c":1,"c":1}]}}',
    '{"__proto__":1,"__proto__":2}',
    '{"a{":1,"b":[],"a{":2}',
    '{"":1,"":2}',
  ])('refuses %s', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it.each(['', '{', '{"a":1}x', "{'a':1}", '{"a":1,}'])('refuses what JSON.parse refuses: %j', (text) => {
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
  });

  it.each([
    '{"a":{"a":{"a":1}},"b":{"a":2}}',
    '[{"a":1},{"a":2}]',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":["a","a"],"b":"a:a"}',
  ])('takes the same name in different objects, and quotes: %s', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it('agrees with JSON.parse on everything JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseStrictJson(JSON.stringify(JSON.parse(text)))).toEqual(JSON.parse(text));
      }),
    );
  });
});

/**
 * JSON.parse that rejects objects with duplicate names, because parsers disagree on which value counts. Throws
 * SyntaxError.
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // The text is valid JSON here, so a colon outside a string always follows a name.
  const open: Set<string>[] = [];
  let lastString = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ':') {
      const name: string = JSON.parse(lastString);
      const names = open.at(-1);
      if (names?.has(name)) throw new SyntaxError(`the name ${lastString} occurs twice in one object`);
      names?.add(name);
    } else {
      lastString = token;
    }
  }
  return value;
}
